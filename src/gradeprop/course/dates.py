"""When an assignment is handed out and due, in words that are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pydantic is not needed to restore a notebook
    from gradeprop.course.model import AssignmentSpec

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


def without_zone(assignments: Sequence[AssignmentSpec]) -> list[str]:
    """The ids of those whose due date means another moment on another machine."""
    return [item.id for item in assignments if item.due is not None and item.due.tzinfo is None]


def _zone(when: datetime) -> str:
    offset = when.utcoffset() or timedelta(0)
    if not offset:
        return "UTC"
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
