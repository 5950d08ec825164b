"""The result of a submission on which the grading process itself fell."""

from __future__ import annotations

from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.conditions import versions
from gradeprop.grading.run.plan import Plan

__all__ = ["fault_result"]


def fault_result(plan: Plan, student: str, reason: str) -> SubmissionResult:
    """A submission that the grader itself failed on: no score at all, and the reason for a
    person."""
    from gradeprop.grading.checks.seeds import student_seed

    assignment = plan.loaded
    exercises = score.all_parts(assignment, "error", None)
    return SubmissionResult(
        student=student,
        assignment=plan.assignment,
        status="error",
        message=reason,
        score=None,
        max_score=assignment.points,
        auto_score=0.0,
        exercises=exercises,
        isolation=plan.isolation,
        device=plan.devices[-1],
        seed=student_seed(plan.course_key, student).hex(),
        versions=versions(plan.course),
    )
