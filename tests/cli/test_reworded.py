"""No program reads a sentence: whatever the words are, everything but the words stays the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.cli.class_table import remark
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.grading.result import score
from gradeprop.grading.result.changes import change
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)
from gradeprop.records.exports import gradescope
from gradeprop.records.feedback.page import page
from records.graded_class import small_course
from records.marked_class import marked, the_class

TEXTS = ("message", "detail", "asked", "report", "hint")


def check(name: Any, status: Any, **facts: Any) -> Any:
    earned = {"passed": 1.0, "error": None}.get(status, 0.0)
    return CheckVerdict(name, "cpu", False, status, earned, 1.0, **facts)


STATES = {
    "right": [check("shape", "passed"), check("matches_autograd", "passed")],
    "not begun": [
        check("shape", "failed", message="N.", report="N.", not_begun=True),
        check("matches_autograd", "skipped", message="S.", report="S."),
    ],
    "a known cause": [
        check(
            "shape",
            "failed",
            message="`f(2)`: R. H.",
            asked="f(2)",
            report="R.",
            hint="H.",
            misconception="missing_factor_two",
        ),
        check("matches_autograd", "failed", message="H.", hint="H."),
    ],
    "taken out": [
        replace(check("shape", "skipped", message="T.", report="T.", voided=True), score=1.0),
        check("matches_autograd", "failed", message="`f` R: s", report="`f` R: s"),
    ],
    "stopped": [
        check("shape", "timeout", message="L.", report="L."),
        check("matches_autograd", "error", message="F.", report="F."),
    ],
}


def result(checks: Any, *, begun: bool = True) -> Any:
    part = PartResult(
        "by_hand",
        "code",
        None if any(item.score is None for item in checks) else sum(c.score for c in checks),
        2.0,
        "failed",
        None if begun else "N.",
        tuple(checks),
        not_begun=not begun,
    )
    exercise = ExerciseResult("square_derivative", part.score, 2.0, (part,))
    return SubmissionResult(
        "ada",
        "a01_slopes",
        score.submission_status([exercise]),
        None,
        part.score,
        2.0,
        score.auto_score([exercise]),
        (exercise,),
        "full",
        "cpu",
        "seed",
        versions={"course": "1", "submission": "1"},
    )


def reworded(given: Any) -> Any:
    """The same result in other words: each text that a person reads is replaced."""

    def other(text: Any) -> Any:
        return text and f"Ω {text[::-1]} ω"

    def of_check(item: Any) -> Any:
        return replace(item, **{name: other(getattr(item, name)) for name in TEXTS})

    def of_part(part: Any) -> Any:
        return replace(part, message=other(part.message), checks=tuple(map(of_check, part.checks)))

    exercises = tuple(
        replace(exercise, parts=tuple(map(of_part, exercise.parts))) for exercise in given.exercises
    )
    return replace(given, message=other(given.message), exercises=exercises)


def facts_of_page(course: Any, given: Any) -> Any:
    """All of a feedback page but its words."""
    shown = page(course, course.assignments[0], marked(given), {})
    views = [
        view for exercise in shown.exercises for part in exercise.parts for view in part.checks
    ]
    return [
        (
            view.tone,
            view.word,
            view.points,
            view.hidden,
            view.same_cause,
            view.asked is None,
            view.report is None,
            view.hint is None,
        )
        for view in views
    ]


@pytest.mark.parametrize("state", STATES)
def test_rewording_every_sentence_changes_no_table_page_export_or_regrade(
    state: Any, tmp_path: Path
) -> None:
    course = small_course(tmp_path)
    before = result(STATES[state], begun=state != "not begun")
    after = reworded(before)
    assert after != before or state == "right"
    assert remark(after) == remark(before)
    assert facts_of_page(course, after) == facts_of_page(course, before)
    assert change(before, after) is None
    statuses = [
        [test.get("status") for test in gradescope.export(shown)["ada"]["tests"]]
        for shown in (the_class(course, marked(before)), the_class(course, marked(after)))
    ]
    assert statuses[0] == statuses[1]


def test_what_is_not_begun_is_told_as_such_whatever_it_says() -> None:
    assert remark(reworded(result(STATES["not begun"], begun=False))) == "nothing begun"


def test_results_of_before_keep_their_meaning() -> None:
    given = result(STATES["taken out"]).to_json()
    for item in given["exercises"][0]["parts"][0]["checks"]:
        for fact in ("voided", "not_begun", "asked", "report", "hint"):
            del item[fact]
    del given["exercises"][0]["parts"][0]["not_begun"]
    out, failed = SubmissionResult.from_json(given).exercises[0].parts[0].checks
    assert (out.voided, out.report) == (True, "T.")
    assert (failed.voided, failed.report) == (False, "`f` R: s")


def test_results_of_before_that_were_not_begun_are_still() -> None:
    then = "Nothing has been written here yet: the cell is as it was released."
    given = result(STATES["not begun"], begun=False).to_json()
    part = given["exercises"][0]["parts"][0]
    part["message"] = then
    part["checks"][0]["message"] = then
    for item in (part, *part["checks"]):
        for fact in ("voided", "not_begun", "asked", "report", "hint"):
            item.pop(fact, None)
    assert remark(SubmissionResult.from_json(given)) == "nothing begun"


@pytest.mark.parametrize("beside", [True, False], ids=["with numbers", "without"])
def test_rewording_a_check_in_the_notebook_changes_nothing_but_the_words(beside: bool) -> None:
    rows = (Row("f(2)", (Item("", "4.0", "3.0", False),)),) if beside else ()
    first = Judgement("failed", "`f` R: s.", rows=rows, asked="f(2)", hint="H.")
    other = Judgement("failed", "Ω `x`: y ω", rows=rows, asked="f(2)", hint="`Ω`: h ω")
    begun = Judgement("failed", "Ω", not_begun=True)
    for judgement, said, hidden in ((first, "H.", "R: s"), (other, "h ω", "y ω")):
        check = PublicCheck("slopes", "D", 1.0, judgement, None)
        text = repr(ReportView([PublicReport("s", "p", "T", 2.0, 0, (check,))]))
        assert said in text
        assert (hidden in text) != beside
        assert text.count("expected") == beside
    check = PublicCheck("slopes", "D", 1.0, begun, None)
    assert "run that cell first" in repr(ReportView([PublicReport("s", "p", "T", 2, 0, (check,))]))
