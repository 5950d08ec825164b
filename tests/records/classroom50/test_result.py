"""result.json is what Classroom 50 takes: whole numbers that add up, and a word on what they
mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import course_files
from gradeprop.errors import MissingFacility
from gradeprop.records.classroom50.result import factor, release_body, result
from gradeprop.records.classroom50.run import identity
from gradeprop.records.marks import ClassMarks, combined
from records.graded_class import result_for, small_course, unreadable
from records.marked_class import wrong

ENVIRONMENT = {
    "CLASSROOM": "gradients",
    "ASSIGNMENT": "slopes",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/a1",
    "RELEASE_URL": "https://example.org/releases/a1",
    "OWNER": "ada",
}


def of(course: Any, graded: Any) -> Any:
    marks = ClassMarks(course.assignments[0], (combined(graded, None),))
    when = "2026-06-01T14:32:01Z"
    return result(marks, identity(ENVIRONMENT), submitted=when, graded=when)


def require_valid(data: Any) -> None:
    """The rules of the wiki page, as Classroom 50's runner and collector check them."""
    assert data["schema"] == "classroom50/result/v1"
    assert (data["classroom"], data["assignment"], data["owner"]) == ("gradients", "slopes", "ada")
    assert data["assignment_type"] == "individual"
    assert data["submission"].startswith("submit/")
    for field in ("commit", "release", "review", "datetime"):
        assert isinstance(data[field], str)
        assert data[field]
    for item in (data, *data["tests"]):
        assert type(item["score"]) is int
        assert type(item["max-score"]) is int
        assert 0 <= item["score"] <= item["max-score"]
    for test in data["tests"]:
        assert type(test["passed"]) is bool
        assert test["test-name"]
        assert "\n" not in test["test-name"]
    for field in ("score", "max-score"):
        assert data[field] == sum(test[field] for test in data["tests"])


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path / "whole")


@pytest.fixture
def halves(tmp_path: Path) -> Any:
    """The minimal course, with a check of half a point and one of two and a half."""
    name = "exercises/a01_slopes/square_derivative.yaml"
    text = str(course_files()[name])
    changed = text.replace("points: 2", "points: 2.5").replace("points: 1", "points: 0.5")
    assert changed != text
    return small_course(tmp_path / "halves", {name: changed})


def test_whole_points_stay_as_they_are(course: Any) -> None:
    assert factor(course.assignments[0]) == 1
    data = of(course, result_for("ada", ()))
    require_valid(data)
    assert (data["score"], data["max-score"]) == (4, 4)  # without the explanation's two
    assert data["gradeprop"]["by-hand"] == 2.0
    assert data["gradeprop"]["note"] == "Scores are points."
    assert "Scores here" not in release_body(data)


def test_halves_are_doubled_and_it_is_said(halves: Any) -> None:
    assert factor(halves.assignments[0]) == 2
    graded = result_for("ada", (), hidden=0.0)
    square, sign = graded.exercises
    part = square.parts[0]
    first, second = part.checks
    checks = (replace(first, score=0.5, max_score=0.5), replace(second, max_score=2.5))
    part = replace(part, score=0.5, checks=checks)
    graded = replace(graded, exercises=(replace(square, score=0.5, parts=(part,)), sign))
    data = of(halves, graded)
    require_valid(data)
    assert (data["score"], data["max-score"]) == (3, 8)
    assert (data["gradeprop"]["points"], data["gradeprop"]["factor"]) == (1.5, 2)
    assert [test["points"] for test in data["tests"]] == [0.5, 0.0, 1.0]
    assert "2 stands for one point" in release_body(data)


def test_a_failed_check_says_why_in_the_students_words_only(course: Any) -> None:
    data = of(course, wrong())
    require_valid(data)
    failed = [test for test in data["tests"] if not test["passed"]]
    assert failed[0]["output"] == "Was the 2 of 2w lost?"
    assert "w = [1.5]" not in str(data)
    assert "5eed5eed" not in str(data)
    body = release_body(data)
    assert "1 of 4 points by the checks" in body
    assert "2 points more can be given by a person" in body


def test_what_cannot_be_read_is_valid_too_and_says_what_to_do(course: Any) -> None:
    data = of(course, unreadable("ada"))
    require_valid(data)
    assert (data["score"], data["max-score"]) == (0, 4)
    assert "This is not a notebook" in release_body(data)


def test_a_voided_check_fails_nobody(course: Any) -> None:
    graded = result_for("ada", (), hidden=0.0)
    square, sign = graded.exercises
    part = square.parts[0]
    gone = replace(part.checks[1], score=0.0, max_score=0.0, status="skipped", voided=True)
    part = replace(part, max_score=1.0, checks=(part.checks[0], gone))
    data = of(course, replace(graded, exercises=(replace(square, parts=(part,)), sign)))
    require_valid(data)
    assert all(test["passed"] for test in data["tests"])
    assert data["max-score"] == 2


def test_a_fault_of_the_graders_has_no_result(course: Any) -> None:
    assert of(course, result_for("ada", (), hidden=None)) is None


def test_messages_call_nobody_and_are_no_html(course: Any) -> None:
    graded = replace(result_for("ada", ()), message="@org/team <img src=x> | a & b\n# c")
    body = release_body(of(course, graded))
    assert "&#64;org/team &lt;img src=x&gt; | a &amp; b # c" in body


def test_who_it_is_comes_from_the_runner() -> None:
    told = identity({**ENVIRONMENT, "ASSIGNMENT_TYPE": "team", "REVIEW_URL": "https://r"})
    assert (told["assignment_type"], told["review"]) == ("team", "https://r")
    alone = {name: value for name, value in ENVIRONMENT.items() if name != "OWNER"}
    assert identity({**alone, "USERNAME": "bob"})["owner"] == "bob"
    with pytest.raises(MissingFacility, match="has not set CLASSROOM, OWNER"):
        identity({**alone, "CLASSROOM": ""})
