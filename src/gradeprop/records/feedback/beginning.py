"""Which check a student had best begin with."""

from __future__ import annotations

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import at_worst
from gradeprop.records.marks import Marks

__all__ = ["beginning"]


def beginning(marks: Marks, assignment: LoadedAssignment) -> tuple[PartKey, str] | None:
    """The first check that failed in the first exercise with one, but before it one that others of
    that exercise wait for; None if there is nothing to mend. What is not begun comes only if
    nothing else is wrong, and what a person has given all points for is settled."""
    failed = [
        (key, check)
        for key, part in marks.result.parts()
        if (score := marks.parts[key].score) is None or score < part.max_score
        for check in at_worst(part.checks)
        if check.status not in ("passed", "skipped", "error")
    ]
    begun = [item for item in failed if not item[1].not_begun] or failed
    if not begun:
        return None
    exercise = begun[0][0].exercise
    here = [item for item in begun if item[0].exercise == exercise]
    needed = _needed(assignment, exercise)
    awaited = (item for item in here if item[1].check in needed)
    key, check = next(awaited, here[0])
    return key, check.check


def _needed(assignment: LoadedAssignment, exercise: str) -> set[str]:
    """The checks that others of the exercise wait for."""
    found = next((item for item in assignment.exercises if item.slug == exercise), None)
    return {name for check in found.checks() for name in check.needs} if found else set()
