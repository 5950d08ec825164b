"""What a push would change, worked out before anything is. Nothing here asks or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gradeprop.errors import UsageError
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.records.push.matching import match
from gradeprop.records.push.there import CanvasAssignment, CanvasStudent, Standing, There
from gradeprop.wording import number

_SAME: Final = 0.005
"""Canvas shows two decimals, and some of its servers keep no more: less is no difference."""
_NUMBERS: Final = ("points", "percent", "letter_grade", "gpa_scale")
"""The grading types under which Canvas takes a plain number for points."""


@dataclass(frozen=True)
class Change:
    """One student's score: what Canvas has now (None for nothing), and what it is to have."""

    marks: Marks
    student: CanvasStudent
    now: float | None
    new: float

    @property
    def lower(self) -> bool:
        return self.now is not None and self.new < self.now


@dataclass(frozen=True)
class PushPlan:
    """What a push does.

    Attributes:
        factor: what our points are multiplied by.
        unchanged: who has the same score there already.
        left_out: whose score is not sent, and why.
        notes: sentences for an instructor, without a full stop.
    """

    assignment: CanvasAssignment
    factor: float
    changes: tuple[Change, ...]
    unchanged: tuple[Marks, ...]
    left_out: tuple[tuple[Marks, str], ...]
    notes: tuple[str, ...] = ()


def plan_push(marks: ClassMarks, there: There, *, scale: bool) -> PushPlan:
    """Compare our totals with what Canvas has.

    Only totals that are certain are sent. Students whom Canvas excuses are left alone, since a
    score would end that.

    Args:
        scale: multiply our points so that our maximum becomes Canvas', where the two differ.

    Raises:
        UsageError: the assignment there takes no points or one grade for a group, the maxima differ
            and ``scale`` was not asked for, or our results have several maxima.
    """
    factor = _factor(marks, there.assignment, scale)
    matched = match(marks.students, there.students)
    left_out = [
        (item, "the total is open: " + _waits(item)) for item in marks.students if _is_open(item)
    ]
    left_out += [(item, why) for item, why in matched.unmatched if not _is_open(item)]
    changes: list[Change] = []
    unchanged: list[Marks] = []
    deducted = []
    for item, student in matched.pairs:
        score = item.score
        if score is None:
            continue
        if item.retired:
            left_out.append((item, "has points for a part that the course no longer has"))
            continue
        now = there.standing.get(student.id, Standing())
        if now.excused:
            left_out.append((item, "excused in Canvas, which a score would end"))
            continue
        if now.deducted:
            deducted.append(item.shown)
        new = round(score * factor, 6)
        if now.score is not None and abs(now.score - new) < _SAME:
            unchanged.append(item)
        else:
            changes.append(Change(item, student, now.score, new))
    notes = tuple(_notes(there, factor, deducted, seen=bool(changes)))
    return PushPlan(
        there.assignment, factor, tuple(changes), tuple(unchanged), tuple(left_out), notes
    )


def not_taken(plan: PushPlan, standing: Mapping[int, Standing]) -> tuple[Change, ...]:
    """The changes that are not in what Canvas has now."""
    return tuple(change for change in plan.changes if not _has(standing, change))


def _has(standing: Mapping[int, Standing], change: Change) -> bool:
    score = standing.get(change.student.id, Standing()).score
    return score is not None and abs(score - change.new) < _SAME


def _is_open(marks: Marks) -> bool:
    return marks.score is None


def _waits(marks: Marks) -> str:
    if marks.awaits == "group":
        return "the result is of a group that they are no longer in"
    return "a grader failed" if marks.awaits == "grader" else "a part waits for a person"


def _factor(marks: ClassMarks, assignment: CanvasAssignment, scale: bool) -> float:
    """What to multiply our points by.

    Raises:
        UsageError: as `plan_push`.
    """
    where = f"Canvas assignment {assignment.id} ({assignment.name})"
    if assignment.grading not in _NUMBERS:
        raise UsageError(
            f"it is graded by {assignment.grading}, so that no points fit",
            where=where,
            remedy="set “Display Grade as” to points there",
        )
    if assignment.shared:
        raise UsageError(
            "one grade counts for a whole group there, so that each would replace the last",
            where=where,
            remedy="let Canvas assign grades to each student individually",
        )
    ours = sorted({item.max_score for item in marks.students}) or [marks.assignment.points]
    if len(ours) > 1:
        raise UsageError(
            f"our results have several maxima ({', '.join(map(number, ours))} points)",
            where=f"results/{marks.assignment.id}",
            remedy=f"run `gradeprop grade {marks.assignment.id}` again",
        )
    (own,) = ours
    if assignment.points is not None and abs(assignment.points - own) < _SAME:
        return 1.0
    theirs = "no points" if not assignment.points else f"{number(assignment.points)} points"
    what = f"it has {theirs} there, and {number(own)} here"
    if not scale or not assignment.points or not own:
        remedy = f"set its points in Canvas to {number(own)}"
        if assignment.points and own:
            remedy += ", or add --scale to multiply ours"
        raise UsageError(what, where=where, remedy=remedy)
    return assignment.points / own


def _notes(there: There, factor: float, deducted: list[str], *, seen: bool) -> list[str]:
    notes = []
    if factor != 1.0:
        notes.append(f"Our points are multiplied by {number(factor)}")
    if seen and not there.assignment.hidden:
        notes.append(
            "Students see these scores at once; to hold them back, choose “Manually” under Grade "
            "Posting Policy in Canvas first"
        )
    if deducted:
        notes.append(
            "Canvas takes points off for lateness by its own policy, besides ours, from: "
            + ", ".join(deducted)
        )
    if there.students and not any(item.login or item.sis or item.email for item in there.students):
        notes.append(
            "Canvas shows this token neither logins nor addresses, so only the gradebook's "
            "lms_user_id can match"
        )
    return notes
