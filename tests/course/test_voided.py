"""Checks taken out of everyone's marks, as the course folder records them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.minimal import EXERCISE, write_course
from gradeprop.course.digest import course_digest
from gradeprop.course.load import load_course
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.course.voided import (
    Voided,
    VoidedList,
    as_written,
    as_yaml,
    changed,
    removed,
    voided_in,
)
from gradeprop.errors import CourseError

HIDDEN = Voided(exercise="square_derivative", check="matches_autograd")
GIVEN = Voided(
    exercise="square_derivative", check="shape", give=True, reason='It said "shape": unclear.'
)


def course_with(tmp_path: Path, *voided: Any) -> Any:
    return load_course(write_course(tmp_path, {"voided.yaml": as_yaml(voided)}))


def test_the_points_of_a_voided_check_leave_the_maximum(tmp_path: Path) -> None:
    course = course_with(tmp_path, HIDDEN)
    (assignment,) = course.assignments
    assert assignment.points == 4
    assert assignment.exercises[0].spec.points == 1
    check = assignment.exercises[0].part("by_hand").checks[1]
    assert (check.voided, check.points, check.worth) == (True, 0, 2)


def test_given_points_stay_in_the_maximum(tmp_path: Path) -> None:
    assert course_with(tmp_path, GIVEN).assignments[0].points == 6


def test_the_course_as_written_has_all_its_points(tmp_path: Path) -> None:
    plain = load_course(write_course(tmp_path / "plain"))
    voided = course_with(tmp_path / "voided", HIDDEN, GIVEN)
    assert [item.spec for item in as_written(voided).assignments[0].exercises] == [
        item.spec for item in plain.assignments[0].exercises
    ]
    assert as_written(plain) == plain


def test_a_loaded_course_tells_what_is_voided(tmp_path: Path) -> None:
    assert voided_in(course_with(tmp_path, GIVEN, HIDDEN)) == (GIVEN, HIDDEN)


def test_voiding_changes_the_digest_and_undoing_it_changes_it_back(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    before = course_digest(root)
    (root / "voided.yaml").write_bytes(as_yaml([HIDDEN]))
    assert course_digest(root) != before
    (root / "voided.yaml").unlink()
    assert course_digest(root) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "checks: [{exercise: nowhere, check: shape}]",
            "voided.yaml:1:21: there is no exercise 'nowhere'",
        ),
        (
            "checks:\n  - exercise: square_derivative\n    check: shap",
            "voided.yaml:3:12: square_derivative has no check 'shap'; did you mean 'shape'?",
        ),
        (
            "checks:\n"
            "  - {exercise: square_derivative, check: shape}\n"
            "  - {exercise: square_derivative, check: shape, give: true}",
            "'shape' is listed twice",
        ),
        ("checks: [{exercise: square_derivative, check: shape, gave: true}]", "unknown key 'gave'"),
        ("checks: [{exercise: square_derivative}]", "the key 'check' is missing here"),
    ],
)
def test_a_slip_in_the_file_is_told_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(write_course(tmp_path, {"voided.yaml": text}))
    assert said in str(caught.value)


def test_an_exercise_cannot_void_its_own_checks(tmp_path: Path) -> None:
    text = (
        (write_course(tmp_path) / EXERCISE)
        .read_text()
        .replace("points: 1\n", "points: 1\n        worth: 1\n")
    )
    (tmp_path / EXERCISE).write_text(text)
    with pytest.raises(CourseError, match="unknown key 'worth'"):
        load_course(tmp_path)


entries = st.builds(
    Voided,
    exercise=st.sampled_from(["one", "two"]),
    check=st.sampled_from(["a", "b"]),
    give=st.booleans(),
    reason=st.none() | st.text(st.characters(categories=["L", "P", "S", "Zs"])).filter(str.strip),
)


@given(st.lists(entries, unique_by=lambda item: item.key))
def test_what_is_written_is_read_again(voided: Any) -> None:
    document = read_yaml(as_yaml(voided), "voided.yaml")
    spec, problems = validate(VoidedList, document)
    assert not problems
    assert not document.problems
    assert spec.checks == tuple(sorted(voided, key=lambda item: item.key))


@given(st.lists(entries, unique_by=lambda item: item.key), entries)
def test_an_entry_replaces_the_one_before_and_can_be_removed(voided: Any, entry: Any) -> None:
    now = changed(voided, entry)
    assert [item for item in now if item.key == entry.key] == [entry]
    assert removed(now, entry.key) == removed(voided, entry.key)
