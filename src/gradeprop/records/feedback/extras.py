"""What a course wishes to show besides a student's own work, and whether it may by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gradeprop.course.dates import beside, moment, moment_in_words
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.records.feedback.spread import LEAST, certain_totals
from gradeprop.records.files.extensions import extensions_of
from gradeprop.records.marks import ClassMarks

__all__ = ["Extras", "extras"]


@dataclass(frozen=True)
class Extras:
    """What the pages of an assignment show besides.

    Attributes:
        solutions: whether every part has a right answer beside it.
        totals: the class's, where it is to be shown how they are spread.
    """

    solutions: bool = False
    totals: tuple[float, ...] = ()


def extras(
    course: Course, assignment: LoadedAssignment, marks: ClassMarks, now: datetime
) -> tuple[Extras, list[str]]:
    """What may be shown by now, and for the instructor, as sentences without a full stop, why what
    was wished for may not.

    Args:
        now: with a time zone.

    Raises:
        UsageError: the gradebook's URL cannot be read.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    notes: list[str] = []
    own, general = assignment.spec.feedback, course.spec.feedback
    solutions = (own.solutions or general.solutions) == "after_due"
    if solutions and (why := _why_not_yet(course, assignment, now)) is not None:
        solutions = False
        notes.append(f"No solutions on these pages: {why}")
    wished = general.distribution if own.distribution is None else own.distribution
    totals = certain_totals(marks.students) if wished else ()
    if wished and len(totals) < LEAST:
        notes.append(
            f"No distribution on these pages: {len(totals)} totals are certain, and it takes "
            f"{LEAST} so that nobody's can be told from it"
        )
        totals = ()
    return Extras(solutions, totals), notes


def _why_not_yet(course: Course, assignment: LoadedAssignment, now: datetime) -> str | None:
    """Why nobody may see solutions now; None if nobody can hand in any more, as far as is
    known."""
    dates = [_in_gradebook(course, assignment)]
    if assignment.spec.due is not None:
        dates += [moment(assignment.spec.due)]
        dates += extensions_of(Path(course.root), assignment.id).values()
    known = [date for date in dates if date is not None]
    if not known:
        return f"{assignment.id} has no due date; give it one (`due`) in course.yaml"
    last = max(known)
    until = beside(assignment.spec.due, last)
    return None if last < now else f"it can be handed in until {moment_in_words(until)}"


def _in_gradebook(course: Course, assignment: LoadedAssignment) -> datetime | None:
    """The latest date there, extensions included. Loading nbgrader takes seconds, so that is left
    until there is a gradebook."""
    root = Path(course.root)
    if course.spec.gradebook is None and not (root / "gradebook.db").exists():
        return None
    from gradeprop.records.gradebook.latest_due import latest_due

    return latest_due(root, assignment.id, course.spec.gradebook)
