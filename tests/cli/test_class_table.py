"""The table of a class says what went wrong in what was written, and not in what was given."""

from __future__ import annotations

from typing import Any

from gradeprop.cli.class_table import _causes, _remark
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)


def handed_in(*parts: PartResult) -> SubmissionResult:
    exercise = ExerciseResult("mend", 0.0, 2.0, parts)
    told: Any = {"isolation": "none", "device": "cpu", "seed": ""}
    return SubmissionResult("ada", "a01", "graded", None, 0.0, 2.0, 0.0, (exercise,), **told)


def repair(*, untouched: bool) -> PartResult:
    check = CheckVerdict("step", "cpu", True, "failed", 0.0, 1.0, misconception="ascent")
    return PartResult("loop", "repair", 0.0, 1.0, "failed", None, (check,), not_begun=untouched)


def test_an_untouched_repair_is_not_begun_and_no_mistake_of_the_class() -> None:
    result = handed_in(repair(untouched=True))
    assert _remark(result) == "not begun (1)"
    assert _causes(result) == set()


def test_a_half_mended_repair_counts_with_what_is_left() -> None:
    result = handed_in(repair(untouched=False))
    assert _remark(result) == "ascent (1)"
    assert _causes(result) == {("mend", "ascent")}
    both = handed_in(repair(untouched=True), repair(untouched=False))
    assert _remark(both) == "ascent (1)"
