"""Whether and how late something was handed in, by the due date and the student's own
extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from gradeprop.course.dates import as_text, beside, moment_in_words
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.wording import counted

__all__ = [
    "Facts",
    "Lateness",
    "Times",
    "extension_from",
    "facts_of",
    "in_words",
    "says",
    "with_lateness",
]

Facts: TypeAlias = tuple[bool, float, str | None]
"""What a result says: late, days, extension. Many are kept, so most are the one below."""

_IN_TIME: Final[Facts] = (False, 0.0, None)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """What a result says of it.

    Attributes:
        late: None where it is not known.
        days: how many days after the due date, an extension counted in; 0 if it is not late, None
            where it is not known.
        extension: until when this student may hand in, if later than everybody.
    """

    late: bool | None = None
    days: float | None = None
    extension: datetime | None = None


@dataclass(frozen=True)
class Times:
    """When an assignment was due for whom; times in UTC without a zone, as nbgrader keeps them.

    Attributes:
        due: for everybody; None where there is no due date.
        extensions: by student's id in the gradebook, how much longer.
    """

    due: datetime | None
    extensions: Mapping[str, timedelta]

    def lateness(self, student: str, handed_in: datetime | None, flag: bool | None) -> Lateness:
        """How late a hand-in is.

        Args:
            handed_in: when; None where it is not known.
            flag: whether the platform it came from calls it late, which counts where the time is
                not known and the student has no extension, of which the platform does not know.
        """
        if self.due is None:
            return Lateness(flag)
        longer = self.extensions.get(student, timedelta(0))
        until = self.due + longer
        extension = until.replace(tzinfo=UTC) if longer > timedelta(0) else None
        if handed_in is None:
            return Lateness(None if extension else flag, None, extension)
        after = max(handed_in - until, timedelta(0))
        return Lateness(after > timedelta(0), round(after / _DAY, 4), extension)


def extension_from(until: datetime, due: datetime) -> timedelta:
    """How much longer than ``due`` (UTC, without a zone) ``until`` (with a zone) is; never less
    than nothing."""
    return max(until.astimezone(UTC).replace(tzinfo=None) - due, timedelta(0))


def with_lateness(result: SubmissionResult, lateness: Lateness) -> SubmissionResult:
    """The result, saying so."""
    extension = _as_text(lateness.extension)
    return replace(result, late=lateness.late, late_days=lateness.days, extension=extension)


def facts_of(result: SubmissionResult) -> Facts:
    """What a result says of it. Results of before there was anything to say are as those that are
    not late."""
    facts = (result.late or False, result.late_days or 0.0, result.extension)
    return _IN_TIME if facts == _IN_TIME else facts


def says(facts: Facts, lateness: Lateness) -> bool:
    """Whether a kept result says what there is to say now."""
    return facts == (lateness.late or False, lateness.days or 0.0, _as_text(lateness.extension))


def in_words(result: SubmissionResult, due: datetime | None) -> str | None:
    """A sentence about it, for the student, too; None where there is nothing to say. It holds
    before the extension is over and after.

    Args:
        due: as course.yaml has it; the extension is said in its time zone.
    """
    until = result.extension and moment_in_words(
        beside(due, datetime.fromisoformat(result.extension))
    )
    extended = f" The due date was extended to {until}." if until else ""
    if not result.late:
        return extended.strip() or None
    if not result.late_days:
        return f"This was handed in late.{extended}"
    date = "the extended due date" if until else "the due date"
    return f"This was handed in {_how_long(result.late_days)} after {date}.{extended}"


def _how_long(days: float) -> str:
    """``2 days and 3 hours``, ``5 minutes``: the two largest units, whole ones."""
    minutes = max(1, round(days * 24 * 60))
    counts = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    named = [
        counted(count, unit)
        for count, unit in zip(counts, ("day", "hour", "minute"), strict=True)
        if count
    ]
    return " and ".join(named[:2])


def _as_text(extension: datetime | None) -> str | None:
    return None if extension is None else as_text(extension)
