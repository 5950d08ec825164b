"""The table of a class says what went wrong in what was written, and not in what was given; the
summary says where everybody is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gradeprop.cli.class_summary import ClassSummary
from gradeprop.cli.class_table import MANY, ClassTable, remark, told_apart
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)
from records.report.classes import assignment, drawn, result

OF = assignment("a04_descent")


def handed_in(*parts: PartResult) -> SubmissionResult:
    exercise = ExerciseResult("mend", 0.0, 2.0, parts)
    told: Any = {"isolation": "none", "device": "cpu", "seed": ""}
    return SubmissionResult("ada", "a01", "graded", None, 0.0, 2.0, 0.0, (exercise,), **told)


def repair(*, untouched: bool) -> PartResult:
    check = CheckVerdict("step", "cpu", True, "failed", 0.0, 1.0, misconception="ascent")
    return PartResult("loop", "repair", 0.0, 1.0, "failed", None, (check,), not_begun=untouched)


def summary(*results: SubmissionResult, missing: tuple[str, ...] = ()) -> list[str]:
    made = ClassSummary(OF)
    for item in results:
        made.add(item)
    return list(made.lines(missing, 80))


def first_check() -> str:
    return next(f"{key.exercise}.{check.check}" for key, check in OF.checks())


def test_an_untouched_repair_is_not_begun_and_no_mistake_of_the_class() -> None:
    mine = handed_in(repair(untouched=True), repair(untouched=False))
    assert remark(handed_in(repair(untouched=True))) == "nothing begun"
    assert remark(handed_in(repair(untouched=False))) == "ascent (1)"
    assert remark(mine) == "a part not begun, ascent (1)"
    lines = summary(handed_in(repair(untouched=True)))
    assert "    1 × not begun  (mend)" in lines
    assert not any("ascent" in line for line in lines)


def test_table_and_summary_give_every_part_that_lost_points_its_reason() -> None:
    """A part that was not begun beside one that was is told and counted, and as no whole one."""
    person = PartResult("why", "explanation", 1.0, 2.0, "manual")
    mine = handed_in(repair(untouched=True), repair(untouched=False), person)
    assert remark(mine) == "a part not begun, ascent, marked by a person (1)"
    told = {line.split(" × ")[1] for line in summary(mine) if " × " in line}
    assert told == {
        "a part not begun  (mend)",
        "ascent  (mend)",
        "marked by a person  (mend)",
    }


def test_what_is_taken_off_for_being_late_is_told() -> None:
    late = replace(result("ada", OF), score=OF.points - 0.5)
    assert remark(late) == "0.5 taken off for being late"
    assert remark(result("ada", OF)) == ""


def test_a_long_list_of_names_is_wrapped() -> None:
    names = tuple(f"student-{number:05}" for number in range(12))
    lines = summary(result("ada", OF), missing=names)
    assert all(len(line) <= 80 for line in lines)
    listed = " ".join(line.strip() for line in lines[:3])
    assert listed.startswith("1 handed in, 12 not: " + ", ".join(names[:10]) + " and 2 more")


def test_what_stopped_it_and_what_was_raised_stand_for_the_cause_that_nobody_knows() -> None:
    check = first_check()
    assert remark(result("ada", OF, {check: ("timeout", None)})) == "took too long (1)"
    assert remark(result("ada", OF, {check: ("killed", None)})) == "was stopped (1)"
    wrong = result("ada", OF, {check: ("failed", None)})
    assert remark(wrong) == "no known cause (1)"
    part = wrong.exercises[0].parts[0]
    raised = tuple(replace(item, raised="ValueError") for item in part.checks)
    parts = (replace(part, checks=raised), *wrong.exercises[0].parts[1:])
    exercises = (replace(wrong.exercises[0], parts=parts), *wrong.exercises[1:])
    error = replace(wrong, exercises=exercises)
    assert remark(error) == "ValueError (1)"
    assert f"    1 × ValueError  ({OF.exercises[0].slug})" in summary(error)


def test_a_status_that_asks_for_something_comes_first() -> None:
    unreadable = replace(result("ada", OF), status="ungradable", message="It is a PDF. Hand in.")
    assert remark(unreadable) == "unreadable: It is a PDF"
    assert remark(replace(result("ada", OF), status="needs_manual")) == "to mark"


def test_the_summary_counts_where_everybody_is() -> None:
    lines = summary(
        result("ada", OF),
        replace(result("bob", OF), status="needs_manual"),
        replace(result("eve", OF), status="ungradable"),
        result("fay", OF, {first_check(): ("error", None)}),
        missing=("zoe", "yan"),
    )
    assert lines[0] == "4 handed in, 2 not: zoe, yan"
    assert lines[1] == "1 graded, 1 to mark, 1 unreadable, 1 with a grader fault"


def test_mean_and_median_are_of_those_whose_points_are_known() -> None:
    check = first_check()
    lines = summary(result("ada", OF), result("bob", OF, {check: ("failed", None)}))
    (row,) = [line for line in lines if line.startswith(f"1 {OF.exercises[0].slug} ")]
    points = next(check.points for _, check in OF.checks())
    most = sum(part.points for part in OF.exercises[0].spec.parts)
    assert row.split()[2:] == [f"{most - points / 2:g}", f"{most - points / 2:g}", f"{most:g}"]


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        (["ada", "bob"], ["ada", "bob"]),
        (["a" * 16], ["a" * 16]),
        (["student-number-0001@x"], ["student-nu…001@x"]),
        (
            ["student-number-0001@x", "student-nuXXXX-0001@x", "ada"],
            ["student-number-0001@x", "student-nuXXXX-0001@x", "ada"],
        ),
    ],
)
def test_no_two_ids_look_the_same(ids: list[str], shown: list[str]) -> None:
    assert told_apart(ids) == shown


@pytest.mark.parametrize("everybody", [False, True])
def test_of_a_large_class_only_those_are_listed_who_need_attention(
    capsys: pytest.CaptureFixture[str], everybody: bool
) -> None:
    table = ClassTable(OF)
    good = [result(f"good{number:02}", OF) for number in range(MANY)]
    idle = result("idle", OF, not_begun=[item.slug for item in OF.exercises])
    slow = result("slow", OF, {first_check(): ("timeout", None)})
    for item in (*good, idle, slow):
        table.add(item)
    table.print(everybody=everybody)
    said = capsys.readouterr().out
    for name in ("idle", "slow"):
        assert name in said
    assert ("good00" in said) == everybody
    assert ("30 more have half of the points or more" in " ".join(said.split())) != everybody


def test_a_small_class_is_listed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    table = ClassTable(OF)
    for item in drawn(OF, MANY):
        table.add(item)
    table.print(everybody=False)
    said = capsys.readouterr().out
    assert all(f"s{number:04}" in said for number in range(MANY))
