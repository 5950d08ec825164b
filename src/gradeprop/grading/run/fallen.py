"""The result of a submission on which the grading process itself fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.conditions import versions
from gradeprop.grading.run.plan import Plan
from gradeprop.session.interface import Level

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Submission

__all__ = ["fault_result"]


def fault_result(
    plan: Plan, submission: Submission, reason: str, isolation: Level
) -> SubmissionResult:
    """A submission that the grader itself failed on: no score at all, and the reason for a
    person.

    Args:
        isolation: the level at which it was graded; the plan's may still be ``"auto"``.
    """
    assignment = plan.loaded
    exercises = score.all_parts(assignment, "error", None)
    return SubmissionResult(
        student=submission.student,
        assignment=plan.assignment,
        status="error",
        message=reason,
        score=None,
        max_score=assignment.points,
        auto_score=0.0,
        exercises=exercises,
        isolation=isolation,
        device=plan.devices[-1],
        seed=submission.seed_by(plan.course_key).hex(),
        versions=versions(plan.course),
        group=submission.group,
    )
