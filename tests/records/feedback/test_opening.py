"""The first sentence praises only where nothing is lost, and the page says where to begin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.grading.result.verdict import CheckVerdict, SubmissionResult
from gradeprop.records.feedback.beginning import beginning
from gradeprop.records.feedback.opening import opening
from gradeprop.records.feedback.page import page
from gradeprop.records.gradebook.given import PartMark
from records.graded_class import result_for, small_course, unreadable
from records.marked_class import BY_HAND, COMMIT, WHY, marked, wrong

ALL = {BY_HAND: PartMark(3.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 2.0)}


def with_checks(result: SubmissionResult, *checks: CheckVerdict) -> SubmissionResult:
    """The result with these checks in its first part."""
    square, sign = result.exercises
    part = replace(square.parts[0], checks=checks)
    return replace(result, exercises=(replace(square, parts=(part,)), sign))


def failed(name: str, *, not_begun: bool = False) -> CheckVerdict:
    return CheckVerdict(name, "cpu", True, "failed", 0.0, 1.0, not_begun=not_begun)


def skipped(name: str) -> CheckVerdict:
    return CheckVerdict(name, "cpu", False, "skipped", 0.0, 1.0)


def test_praise_is_for_all_points() -> None:
    said = opening(marked(result_for("ada", ()), ALL))
    assert said == "Every check passed and no point is lost. Well done!"


@pytest.mark.parametrize(
    ("marks", "rest"),
    [
        (marked(result_for("ada", ())), "The rest is not decided yet."),
        (marked(result_for("ada", ()), {**ALL, WHY: PartMark(None, 1.0)}), "it says below why."),
        (marked(result_for("ada", ()), {**ALL, BY_HAND: PartMark(3.0, 2.5)}), "it says below why."),
        (marked(result_for("ada", ()), ALL, penalty=0.5), "it says below why."),
    ],
    ids=["a person is waited for", "the text lost points", "a person took points", "late"],
)
def test_nothing_less_is_praised(marks: Any, rest: str) -> None:
    said = opening(marks)
    assert said.startswith("Every check passed. ")
    assert said.endswith(rest)
    assert "Well done" not in said


@pytest.mark.parametrize("changes", [{"not_begun": True}, {"status": "missing"}])
def test_a_text_that_was_not_begun_is_not_praised_whatever_it_got(changes: Any) -> None:
    result = result_for("ada", ())
    square, sign = result.exercises
    why = replace(sign.parts[1], **changes)
    result = replace(result, exercises=(square, replace(sign, parts=(sign.parts[0], why))))
    assert opening(marked(result, ALL)).endswith(
        "A part is still to be written: it is marked below."
    )


def test_who_has_not_begun_is_told_so_and_not_of_slips() -> None:
    result = with_checks(wrong(), failed("shape", not_begun=True), skipped("matches_autograd"))
    square, sign = result.exercises
    commit = replace(sign.parts[0], checks=(failed("direction", not_begun=True),))
    result = replace(result, exercises=(square, replace(sign, parts=(commit, sign.parts[1]))))
    assert opening(marked(result)).startswith("There is nothing of yours to check yet")
    assert opening(marked(wrong())).startswith("1 of 3 checks passed.")


def test_an_unreadable_file_is_told_first() -> None:
    assert opening(marked(unreadable("eve"))).startswith("We could not read your notebook.")


# --- where to begin -------------------------------------------------------------------------------


@pytest.fixture
def assignment(tmp_path: Path) -> Any:
    return small_course(tmp_path).assignments[0]


def begins(assignment: Any, marks: Any) -> Any:
    return beginning(marks, assignment)


def test_it_is_the_first_that_failed(assignment: Any) -> None:
    assert begins(assignment, marked(wrong())) == (BY_HAND, "matches_autograd")


def test_one_that_others_wait_for_comes_before(assignment: Any) -> None:
    result = with_checks(wrong(), failed("other"), failed("shape"), skipped("matches_autograd"))
    assert begins(assignment, marked(result)) == (BY_HAND, "shape")


def test_what_is_wrong_comes_before_what_is_not_begun(assignment: Any) -> None:
    result = with_checks(wrong(), failed("shape", not_begun=True))
    assert begins(assignment, marked(result)) == (COMMIT, "direction")


def test_what_is_not_begun_comes_where_nothing_is_wrong(assignment: Any) -> None:
    result = with_checks(result_for("ada", (), hidden=0.0), failed("shape", not_begun=True))
    assert begins(assignment, marked(result)) == (BY_HAND, "shape")


def test_what_a_person_gave_all_points_for_is_settled(assignment: Any) -> None:
    marks = marked(wrong(), {**ALL, BY_HAND: PartMark(1.0, 3.0), COMMIT: PartMark(0.0)})
    assert begins(assignment, marks) == (COMMIT, "direction")


@pytest.mark.parametrize("hidden", [2.0, None], ids=["all passed", "a grader's fault"])
def test_where_nothing_is_to_be_mended_there_is_none(assignment: Any, hidden: Any) -> None:
    assert begins(assignment, marked(result_for("ada", (), hidden=hidden))) is None


def test_the_opening_leads_there_and_only_one_check_is_marked(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    view = page(course, course.assignments[0], marked(wrong()), {})
    checks = [
        check for exercise in view.exercises for part in exercise.parts for check in part.checks
    ]
    (first,) = [check for check in checks if check.begin]
    assert view.begin is not None
    assert view.begin.anchor == first.anchor
    assert view.begin.label == "The slope of a square"
    assert len({check.anchor for check in checks}) == len(checks)
