"""Everyday wrong answers that no sample shows: none may be given a wrong cause."""

from __future__ import annotations

import random
from typing import Any

import pytest

from content.conftest import ASSIGNMENTS
from course.shipped import ROOT, shipped
from gradeprop.course.slips import load_slips
from gradeprop.grading.result.words import ENGINE_WORDS
from gradeprop.grading.slips import judge_slips

LEAST = 12
WITHOUT_WORDS = {
    "missing_name",
    "wrong_type",
    "wrong_shape",
    "wrong_dtype",
    "no_backward",
    "not_finite",
}
COURSE = shipped()
EXERCISES = [item for assignment in COURSE.assignments for item in assignment.exercises]


def slips_of(assignment: str) -> Any:
    return load_slips(ROOT, [item for item in EXERCISES if item.assignment == assignment])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_every_exercise_has_slips_and_their_causes_exist(exercise: Any) -> None:
    slips = load_slips(ROOT, [exercise])
    assert len(slips) >= LEAST
    known = WITHOUT_WORDS | set(ENGINE_WORDS)
    for slip in slips:
        parts = [exercise.part(name) for name in slip.spec.sources()]
        declared = {item.id for part in parts for item in part.misconceptions}
        assert set(slip.spec.causes) <= known | declared, slip.place


@pytest.mark.parametrize("assignment", ASSIGNMENTS[::4])
def test_a_few_slips_are_given_no_wrong_cause(settings: Any, assignment: str) -> None:
    """All of them: test_proof_page."""
    few = random.Random(12).sample(slips_of(assignment), 6)
    findings = judge_slips(settings[assignment], few)
    assert len(findings) == len(few)
    assert [problem for finding in findings for problem in finding.problems] == []
