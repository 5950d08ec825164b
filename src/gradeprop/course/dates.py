"""When an assignment is handed out and due, in words that are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pydantic is not needed to restore a notebook
    from gradeprop.course.course_spec import AssignmentSpec

# Not strftime's: those change with the process' locale.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def moment(due: datetime) -> datetime:
    """The due date with its time zone; where course.yaml gives none it is this machine's time."""
    return due.astimezone() if due.tzinfo is None else due


def moment_from(text: str, zone: tzinfo | None = None) -> datetime:
    """The moment that people write as ``2026-12-03T18:00+01:00``; a date alone means until its end.

    Args:
        zone: of a moment without one; None: this machine's.

    Raises:
        ValueError: it is no date.
    """
    found = datetime.fromisoformat(text)
    if len(text) <= len("2026-12-03"):
        found = datetime.combine(found.date(), time(23, 59, 59))
    return moment(found if found.tzinfo else found.replace(tzinfo=zone))


def as_text(when: datetime) -> str:
    """For files: ``2026-12-03T18:00+01:00``, with seconds where there are any."""
    return when.isoformat(timespec="seconds" if when.second else "minutes")


def beside(due: datetime | None, when: datetime) -> datetime:
    """A moment in the time zone of the due date, beside which it is read; where that has none, in
    this machine's."""
    return when.astimezone(due.tzinfo if due else None)


def day_in_words(day: date) -> str:
    """``Wednesday 30 September 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_in_words(due: datetime) -> str:
    """``Wednesday 30 September 2026, 23:59 (UTC+2)``."""
    when = moment(due)
    time = f"{when:%H:%M:%S}" if when.second else f"{when:%H:%M}"
    return f"{day_in_words(when)}, {time} ({_zone(when)})"


def later_releases(assignments: Sequence[AssignmentSpec], today: date) -> dict[str, date]:
    """By id, the release date of those that are not to be handed out yet."""
    return {
        item.id: item.release
        for item in assignments
        if item.release is not None and today < item.release
    }


def build_notes(assignments: Sequence[AssignmentSpec], today: date) -> list[str]:
    """Sentences for an instructor about to hand these out."""
    notes = [
        f"Not to be handed out before {day_in_words(day)}: {name}."
        for name, day in later_releases(assignments, today).items()
    ]
    without_zone = [item for item in assignments if item.due and item.due.tzinfo is None]
    if without_zone:
        names = ", ".join(item.id for item in without_zone)
        written = without_zone[0].due
        assert written is not None
        notes.append(
            f"No time zone is given with due, so this machine's counts: {names}. "
            f"{moment(written).isoformat()} would mean the same everywhere."
        )
    return notes


def _zone(when: datetime) -> str:
    offset = when.utcoffset() or timedelta(0)
    if not offset:
        return "UTC"
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
