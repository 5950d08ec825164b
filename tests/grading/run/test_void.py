"""A check that was taken out: not run, in nobody's way, and the points as decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course.minimal import GRADER, replaced, write_course
from gradeprop.course.voided import Voided, as_yaml
from gradeprop.grading.run.publish import record_public_checks
from grading.conftest import Classroom, part_of

BY_HAND = ("square_derivative", "by_hand")
WRONG = "def d_square(w):\n    return w + 1"
BROKEN = replaced(
    GRADER,
    "def test_shape(student, reference, device):\n",
    "def test_shape(student, reference, device):\n    1 / 0\n",
)


def voided(
    tmp_path: Path,
    sandbox: Any,
    *checks: Any,
    give: bool = False,
    reason: Any = None,
    changes: Any = None,
) -> Any:
    entries = [
        Voided(exercise="square_derivative", check=item, give=give, reason=reason)
        for item in checks
    ]
    return Classroom(
        write_course(tmp_path, {**(changes or {}), "voided.yaml": as_yaml(entries)}), sandbox
    )


def graded(classroom: Any, **answers: Any) -> Any:
    result = classroom.grade_one(classroom.notebook(**answers))
    return result, part_of(result, *BY_HAND)


def test_a_voided_check_counts_for_nobody(tmp_path: Path, sandbox: Any) -> None:
    classroom = voided(tmp_path, sandbox, "matches_autograd", reason="The text was unclear.")
    result, part = graded(classroom)
    assert (part.score, part.max_score, part.status) == (1.0, 1.0, "passed")
    assert (result.auto_score, result.max_score) == (2.0, 4.0)
    check = part.checks[1]
    assert (check.check, check.status, check.score, check.max_score) == (
        "matches_autograd",
        "skipped",
        0,
        0,
    )
    assert check.message == "This check was taken out: it counts for nobody. The text was unclear."
    assert check.voided


def test_with_give_everybody_gets_the_points(tmp_path: Path, sandbox: Any) -> None:
    classroom = voided(tmp_path, sandbox, "matches_autograd", give=True)
    _, right = graded(classroom)
    _, wrong = graded(classroom, square_derivative__by_hand=WRONG)
    assert (right.score, right.max_score, right.status) == (3.0, 3.0, "passed")
    assert (wrong.score, wrong.max_score, wrong.status) == (2.0, 3.0, "failed")
    assert "everybody gets its points" in wrong.checks[1].message


def test_a_check_that_needs_a_voided_one_is_run(tmp_path: Path, sandbox: Any) -> None:
    classroom = voided(tmp_path, sandbox, "shape")
    _, part = graded(classroom)
    assert [check.status for check in part.checks] == ["skipped", "passed"]
    assert (part.score, part.max_score, part.status) == (2.0, 2.0, "passed")
    _, part = graded(classroom, square_derivative__by_hand=WRONG)
    assert [check.status for check in part.checks] == ["skipped", "failed"]
    assert part.score == 0.0


def test_a_broken_grader_does_no_harm_once_its_check_is_voided(
    tmp_path: Path, sandbox: Any
) -> None:
    classroom = voided(tmp_path, sandbox, "shape", changes=BROKEN)
    result, part = graded(classroom)
    assert result.status == "needs_manual"
    assert part.score == 2.0


def test_a_part_without_any_check_left_is_skipped_and_worth_nothing(
    tmp_path: Path, sandbox: Any
) -> None:
    classroom = voided(tmp_path, sandbox, "shape", "matches_autograd")
    result, part = graded(classroom, square_derivative__by_hand=WRONG)
    assert (part.score, part.max_score, part.status) == (0.0, 0.0, "skipped")
    assert part.message == "All checks of this part were taken out."
    assert (result.auto_score, result.max_score) == (1.0, 3.0)


def test_an_unreadable_submission_gets_nothing_even_of_given_points(
    tmp_path: Path, sandbox: Any
) -> None:
    result = voided(tmp_path, sandbox, "shape", give=True).grade_one(b"{")
    assert (result.status, result.auto_score, result.max_score) == ("ungradable", 0.0, 6.0)


def test_the_notebook_checks_no_voided_check_and_says_no_word_of_it(
    tmp_path: Path, sandbox: Any
) -> None:
    classroom = voided(tmp_path, sandbox, "shape", give=True)
    (data,) = record_public_checks(classroom.course, classroom.assignment)["square_derivative"][
        "parts"
    ]
    assert [check["check"] for check in data["checks"]] == []
    assert (data["points"], data["given"], data["hidden"]) == (3.0, 1.0, 1)
    assert "shape of w" not in json.dumps([cell.source for cell in classroom.release.cells])
