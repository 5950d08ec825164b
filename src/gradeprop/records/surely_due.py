"""Whom a run has to grade, as far as that can be told at once: to know it exactly takes torch, and
importing that takes seconds in which the graders could already be starting."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.course.model import Course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.conditions import versions_besides_torch
from gradeprop.records.files.results import read_result
from gradeprop.records.files.submissions import Handed

if TYPE_CHECKING:
    from gradeprop.session.grader.sandbox import Isolation

__all__ = ["surely_due"]


def surely_due(
    root: Path, course: Course, assignment: str, handed: Sequence[Handed], isolation: Isolation
) -> int:
    """How many hand-ins have no result, or one that says that it is of something else.

    Args:
        isolation: what is asked for now.
    """
    here = {**versions_besides_torch(course), "torch": version("torch")}
    kept = ((item, read_result(root, assignment, item.student)) for item in handed)
    return sum(
        result is None
        or (result.isolation == "none") != (isolation == "none")
        or _is_due(item, result, here)
        for item, result in kept
    )


def _is_due(item: Handed, result: SubmissionResult, here: dict[str, str]) -> bool:
    if result.status == "error" or result.group != item.group:
        return True
    notebook, _ = item.read()
    now = {**here, "submission": hashlib.sha256(notebook).hexdigest()}
    kept = result.versions
    return any(_public(kept.get(name)) != _public(value) for name, value in now.items())


def _public(version: object) -> str:
    """Without the build (``+cpu``): some of torch's name it within the package only."""
    return str(version).partition("+")[0]
