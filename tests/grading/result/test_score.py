"""Points, statuses and messages from verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.course.model import Check, CodePart, Criterion, ExplanationPart, Rubric
from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import CheckVerdict, ExerciseResult, PartResult
from gradeprop.session.interface import CellOutcome

PART = CodePart(
    part="code",
    kind="code",
    prompt="p",
    starter="s",
    checks=(
        Check(check="first", points=1, public=True, describe="d"),
        Check(check="second", points=2, describe="d"),
    ),
)
PROSE = ExplanationPart(
    part="why",
    kind="explanation",
    prompt="p",
    rubric=Rubric(criteria=(Criterion(id="names", text="t", points=2),)),
)


def verdict(check: Any, status: Any, points: Any, most: Any, device: str = "cpu") -> Any:
    return CheckVerdict(check, device, False, status, points, most)


def graded(*verdicts: Any, state: str = "present", cell: Any = None) -> Any:
    return score.code_part(PART, verdicts, state=state, cell=cell)


def test_partial_credit_is_the_sum_of_the_checks() -> None:
    part = graded(verdict("first", "passed", 1.0, 1.0), verdict("second", "failed", 0.0, 2.0))
    assert (part.score, part.max_score, part.status) == (1.0, 3.0, "failed")


def test_with_several_devices_the_points_count_once_at_their_minimum() -> None:
    part = graded(
        verdict("first", "passed", 1.0, 1.0),
        verdict("first", "failed", 0.0, 1.0, "cuda"),
        verdict("second", "passed", 2.0, 2.0),
        verdict("second", "passed", 2.0, 2.0, "cuda"),
    )
    assert (part.score, part.status) == (2.0, "failed")
    assert len(part.checks) == 4


def test_a_grader_fault_is_no_score_at_all() -> None:
    part = graded(verdict("first", "passed", 1.0, 1.0), verdict("second", "error", None, 2.0))
    assert (part.score, part.status) == (None, "error")
    exercise = ExerciseResult("e", None, 3.0, (part,))
    assert score.submission_status([exercise]) == "error"
    assert score.total_score([exercise]) is None
    assert score.auto_score([exercise]) == 1.0


@pytest.mark.parametrize("status", ["timeout", "killed", "memory", "output"])
def test_a_stopped_cell_gives_the_part_its_status_and_message(status: str) -> None:
    cell = CellOutcome(status, message="Your loop did not finish in 10 s.")
    part = graded(
        verdict("first", "failed", 0.0, 1.0), verdict("second", "skipped", 0.0, 2.0), cell=cell
    )
    assert (part.status, part.message) == (status, "Your loop did not finish in 10 s.")


def test_a_stopped_check_gives_the_part_its_status() -> None:
    assert (
        graded(verdict("first", "passed", 1.0, 1.0), verdict("second", "timeout", 0.0, 2.0)).status
        == "timeout"
    )


def test_full_marks_pass_even_if_the_cell_ended_with_an_error() -> None:
    error = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "name 'q' is not defined",
        "traceback": [],
    }
    cell = CellOutcome("error", (error,))
    part = graded(
        verdict("first", "passed", 1.0, 1.0), verdict("second", "passed", 2.0, 2.0), cell=cell
    )
    assert part.status == "passed"
    assert "NameError: name 'q' is not defined" in part.message


def test_an_errors_text_is_no_longer_than_anybody_reads() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "x" * 100_000, "traceback": []}
    part = score.code_part(
        PART,
        [verdict("first", "failed", 0.0, 1.0)],
        state="present",
        cell=CellOutcome("error", (error,)),
    )
    assert part.message is not None
    assert part.message.startswith("Your cell stopped with an error: E: xxx")
    assert len(part.message) < 3_000


def test_a_missing_cell_is_said() -> None:
    part = graded(
        verdict("first", "failed", 0.0, 1.0), verdict("second", "failed", 0.0, 2.0), state="missing"
    )
    assert part.status == "missing"
    assert "missing from the notebook" in part.message


def test_an_untouched_cell_is_said_to_be_not_begun() -> None:
    failed = (verdict("first", "failed", 0.0, 1.0), verdict("second", "failed", 0.0, 2.0))
    assert graded(*failed, state="starter").message == score.NOT_BEGUN


def test_a_part_solved_elsewhere_is_not_said_to_be_not_begun() -> None:
    passed = (verdict("first", "passed", 1.0, 1.0), verdict("second", "passed", 2.0, 2.0))
    assert graded(*passed, state="starter").message is None
    assert "found elsewhere" in graded(*passed, state="missing").message


def test_prose_waits_for_a_person_and_is_never_an_automatic_zero() -> None:
    for state in ("present", "matched", "starter", "missing"):
        part = score.explanation_part(PROSE, state)
        assert part.score is None
        assert part.max_score == 2.0
    assert score.explanation_part(PROSE, "present").status == "manual"
    assert score.explanation_part(PROSE, "starter").message == score.NOT_BEGUN
    assert score.explanation_part(PROSE, "missing").status == "missing"


def test_a_submission_with_prose_needs_a_person_and_shows_what_is_certain() -> None:
    done = PartResult(
        "code", "code", 3.0, 3.0, "passed", None, (verdict("first", "passed", 3.0, 3.0),)
    )
    exercise = ExerciseResult("e", None, 5.0, (done, score.explanation_part(PROSE, "present")))
    assert score.submission_status([exercise]) == "needs_manual"
    assert score.total_score([exercise]) is None
    assert score.auto_score([exercise]) == 3.0
