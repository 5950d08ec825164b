"""A hand-in as what is graded."""

from __future__ import annotations

from dataclasses import replace

from gradeprop.grading.checks.seeds import group_seed
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.unchanged import fingerprint
from gradeprop.records.files.submissions import Handed

__all__ = ["load"]


def load(plan: Plan, handed: Handed) -> Submission:
    """Read a hand-in and mark it with its fingerprint. That of a group has the group's hidden
    inputs, whoever of it is asked for."""
    notebook, problem = handed.read()
    seed = b"" if handed.group is None else group_seed(plan.course_key, handed.group)
    submission = Submission(handed.student, notebook, problem, seed=seed, group=handed.group)
    return replace(submission, fingerprint=fingerprint(plan, submission))
