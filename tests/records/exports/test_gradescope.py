"""Gradescope's results.json, held against the fields and values that its specification names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gradeprop.records.exports.gradescope import export
from gradeprop.records.gradebook.given import PartMark
from records.graded_class import result_for, unreadable
from records.marked_class import BY_HAND, COMMIT, HIDDEN_DETAIL, WHY, marked, the_class, wrong

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": {"passed", "failed"},
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITY,
    "extra_data": dict,
}


def conforms(data: Any, fields: Any) -> None:
    for name, value in data.items():
        allowed = fields[name]
        if isinstance(allowed, set):
            assert value in allowed, (name, value)
        else:
            assert isinstance(value, allowed), (name, value)
            assert not isinstance(value, bool)


@pytest.mark.parametrize(
    "result",
    [result_for("a", ()), result_for("a", (), hidden=None), wrong("a"), unreadable("a")],
    ids=["right", "fault", "wrong", "unreadable"],
)
@pytest.mark.parametrize("why", [None, 1.0])
def test_the_file_has_the_documented_fields_and_values_and_no_others(
    course: Any, result: Any, why: float | None
) -> None:
    parts = {**marked(result).parts, WHY: PartMark(None, why)}
    (data,) = export(the_class(course, marked(result, parts))).values()
    data = json.loads(json.dumps(data, allow_nan=False))
    conforms(data, TOP)
    for test in data["tests"]:
        conforms(test, TEST)
    assert len({test["number"] for test in data["tests"]}) == len(data["tests"])


def test_the_total_is_the_gradebooks(recorded: Any) -> None:
    data = export(recorded)["ada"]
    assert data["score"] == 4.5
    assert "4.5 of 6 points." in data["output"]
    assert "2 points were taken off for handing in late." in data["output"]


def test_hidden_checks_are_seen_after_publishing_and_public_ones_at_once(recorded: Any) -> None:
    tests = {test["name"]: test for test in export(recorded)["ada"]["tests"]}
    assert tests["The slope of a square: The answer has the shape of w."]["visibility"] == "visible"
    assert (
        tests["The slope of a square: The answer is the derivative."]["visibility"]
        == "after_published"
    )


@pytest.mark.parametrize("unknown", ["waiting", "faulty"])
def test_while_the_total_is_unknown_gradescope_is_given_no_number_to_add_up(
    unknown: str, request: pytest.FixtureRequest
) -> None:
    (data,) = export(request.getfixturevalue(unknown)).values()
    assert "score" not in data
    assert not any("score" in test for test in data["tests"])
    assert any(test.get("status") == "passed" for test in data["tests"])


def test_as_the_autograder_it_gives_the_score_of_the_checks_while_a_text_waits(
    waiting: Any,
) -> None:
    (data,) = export(waiting, by_checks=True).values()
    assert data["score"] == sum(test.get("score", 0.0) for test in data["tests"]) == 4.0
    (open_test,) = [test for test in data["tests"] if "score" not in test]
    assert "A person reads this part" in open_test["output"]
    assert "4 of 4 points by the checks" in data["output"]
    conforms(json.loads(json.dumps(data)), TOP)


def test_as_the_autograder_it_gives_no_score_where_a_grader_failed_and_does_not_say_why(
    course: Any,
) -> None:
    result = replace(
        result_for("ada", (), hidden=None), status="error", message="graders/x.py: KeyError"
    )
    (data,) = export(the_class(course, marked(result)), by_checks=True).values()
    assert "score" not in data
    assert not any("score" in test for test in data["tests"])
    assert "not your fault" in data["output"]
    assert "KeyError" not in data["output"]


def test_as_the_autograder_it_gives_0_for_what_cannot_be_read(course: Any) -> None:
    (data,) = export(the_class(course, marked(unreadable("ada"))), by_checks=True).values()
    assert data["score"] == 0.0
    assert "This is not a notebook." in data["output"]


def test_a_persons_score_stands_for_the_part_and_its_checks_inform_only(course: Any) -> None:
    parts = {
        BY_HAND: PartMark(1.0, manual=2.0, comment="Almost."),
        COMMIT: PartMark(0.0),
        WHY: PartMark(None, 1.0),
    }
    (data,) = export(the_class(course, marked(wrong(), parts))).values()
    assert sum(test.get("score", 0) for test in data["tests"]) == data["score"] == 3.0
    whole = next(test for test in data["tests"] if test.get("output") == "Almost.")
    assert (whole["score"], whole["max_score"]) == (2.0, 3.0)


def test_students_text_is_shown_as_text_and_nothing_hidden_is_in_it(course: Any) -> None:
    result = wrong(message="<script>alert(1)</script>")
    square, sign = result.exercises
    part = replace(square.parts[0], message="<img src=x>")
    result = replace(result, exercises=(replace(square, parts=(part,)), sign))
    (data,) = export(the_class(course, marked(result))).values()
    assert data["output_format"] == data["test_output_format"] == data["test_name_format"] == "text"
    assert HIDDEN_DETAIL not in json.dumps(data)
    assert "5eed5eed" not in json.dumps(data)
