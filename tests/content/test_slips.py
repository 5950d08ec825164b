"""Everyday wrong answers that no sample shows: none may be given a wrong cause."""

from __future__ import annotations

import random
from typing import Any

import pytest

from content.conftest import ASSIGNMENTS, ROOT
from gradeprop.course.load import load_course
from gradeprop.course.slips import load_slips
from gradeprop.grading.result.words import ENGINE_WORDS
from gradeprop.grading.slips import judge_slips, tally

LEAST = 12
WITHOUT_WORDS = {
    "missing_name",
    "wrong_type",
    "wrong_shape",
    "wrong_dtype",
    "no_backward",
    "not_finite",
}
COURSE = load_course(ROOT)
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


def assert_no_wrong_cause(setting: Any, slips: Any) -> Any:
    findings = judge_slips(setting, slips)
    problems = [problem for finding in findings for problem in finding.problems]
    assert len(findings) == len(slips)
    assert problems == []
    return tally(findings)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_few_slips_are_given_no_wrong_cause(settings: Any, assignment: str) -> None:
    few = random.Random(12).sample(slips_of(assignment), 6)
    assert_no_wrong_cause(settings[assignment], few)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_slip_is_given_a_wrong_cause(settings: Any, assignment: str) -> None:
    found = assert_no_wrong_cause(settings[assignment], slips_of(assignment))
    assert found.precision == 1
    # One in ten may go unexplained, and one where fewer are known.
    assert found.known - found.found <= max(1, found.known // 10)
