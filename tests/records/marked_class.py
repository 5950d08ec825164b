"""Results and marks made by hand for the minimal course, for tests of feedback and exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.gradebook.given import PartMark, Person, Recorded
from gradeprop.records.marks import ClassMarks, Marks, combined
from records.graded_class import ASSIGNMENT, result_for

BY_HAND = ("square_derivative", "by_hand")
COMMIT = ("explain_sign", "commit")
WHY = ("explain_sign", "why")

HIDDEN_DETAIL = "w = [1.5]: got [3]"
"""What `result_for` puts into the detail of the hidden check."""


def wrong(student: str = "ada", **changes: object) -> SubmissionResult:
    """A result whose hidden check failed for a known cause, with a public check that failed,
    too."""
    result = result_for(student, (), hidden=0.0, message="Was the 2 of 2w lost?", choice=0.0)
    square, sign = result.exercises
    part = square.parts[0]
    named = replace(
        part.checks[1],
        misconception="missing_factor_two",
        report=None,
        hint="Was the 2 of 2w lost?",
    )
    checks = (part.checks[0], named)
    commit = sign.parts[0]
    public = replace(
        commit.checks[0],
        message='`direction`: Your answer is "decrease", which is not right.'
        " The step goes against the gradient.",
        detail='direction: expected "increase", got "decrease"',
        misconception="inverted_move",
        asked="direction",
        report='Your answer is "decrease", which is not right.',
        hint="The step goes against the gradient.",
    )
    exercises = (
        replace(square, parts=(replace(part, checks=checks),)),
        replace(sign, parts=(replace(commit, checks=(public,)), sign.parts[1])),
    )
    return replace(result, exercises=exercises, seed="5eed5eed", **changes)  # type: ignore[arg-type]


def marked(
    result: SubmissionResult,
    parts: Mapping[tuple[str, str], PartMark] | None = None,
    *,
    penalty: float = 0.0,
    person: Person | None = None,
) -> Marks:
    """Marks as they are with these parts in a gradebook; without parts, by the result alone."""
    if parts is None:
        return combined(result, None)
    return combined(result, Recorded(parts, penalty=penalty, person=person or Person()))


def the_class(course: Course, *students: Marks, notes: tuple[str, ...] = ()) -> ClassMarks:
    return ClassMarks(course.assignments[0], students, notes)


def write_executed(root: Path, student: str, cells: dict[str, dict[str, object]]) -> Path:
    """Put an executed notebook into ``autograded/``: by grade id, what its cells are besides the
    id."""
    path = root / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = [
        {**cell, "metadata": {"nbgrader": {"grade_id": name}}} for name, cell in cells.items()
    ]
    path.write_text(
        json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    return path
