"""Whose marks a regrade changed and why, from results alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradeprop.grading.result.changes import change, differing
from gradeprop.grading.result.regraded import Regraded
from gradeprop.grading.result.score import auto_score, submission_status, total_score
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)


def check(name: Any, status: str = "passed", worth: float = 1.0, device: str = "cpu") -> Any:
    score = {"passed": worth, "error": None}.get(status, 0.0)
    return CheckVerdict(name, device, False, status, score, worth)


def taken_out(name: Any, give: float = 0.0) -> Any:
    return CheckVerdict(name, "cpu", False, "skipped", give, give, voided=True)


def part(name: Any, *checks: Any) -> Any:
    scores = [item.score for item in checks if item.device == "cpu"]
    score = None if None in scores else sum(scores)
    most = sum(item.max_score for item in checks if item.device == "cpu")
    return PartResult(name, "code", score, most, "failed", None, checks)


def prose(worth: float = 2.0) -> Any:
    return PartResult("why", "explanation", None, worth, "manual")


def result(
    *parts: Any, student: str = "ada", submission: str = "1", course: str = "1", status: Any = None
) -> Any:
    exercise = ExerciseResult("slopes", None, sum(item.max_score for item in parts), parts)
    scores = [item.score for item in parts]
    exercise = replace(exercise, score=None if None in scores else sum(scores))
    return SubmissionResult(
        student, "a01", status or submission_status([exercise]), None, total_score([exercise]),
        exercise.max_score, auto_score([exercise]), (exercise,), "full", "cpu", "seed",
        versions={"course": course, "torch": "2", "submission": submission, "input": submission + course},
    )  # fmt: skip


def why(before: Any, after: Any) -> Any:
    return [str(reason) for reason in change(before, after).reasons]


OLD = result(part("by_hand", check("shape"), check("matches_autograd", "failed", 2.0)))


def test_the_same_points_are_no_change() -> None:
    again = result(
        part("by_hand", check("shape"), check("matches_autograd", "timeout", 2.0)), course="2"
    )
    assert change(OLD, again) is None


def test_another_verdict_is_told_with_both() -> None:
    found = change(
        OLD, result(part("by_hand", check("shape"), check("matches_autograd", worth=2.0)))
    )
    assert (str(found.before), str(found.after)) == ("1/3", "3/3")
    assert [str(reason) for reason in found.reasons] == ["matches autograd failed → passed"]


def test_added_and_removed_checks_are_told() -> None:
    new = result(
        part("by_hand", check("matches_autograd", "failed", 2.0), check("broadcasts", worth=4.0))
    )
    assert why(OLD, new) == ["broadcasts added", "shape removed"]


def test_other_points_are_told() -> None:
    new = result(
        part("by_hand", check("shape", worth=1.5), check("matches_autograd", "failed", 2.0))
    )
    assert why(OLD, new) == ["shape worth 1 → 1.5"]
    assert why(result(prose()), result(prose(3.0))) == ["the part why worth 2 → 3"]


def test_a_voided_check_and_one_that_counts_again_are_told() -> None:
    new = result(part("by_hand", check("shape"), taken_out("matches_autograd")))
    assert why(OLD, new) == ["matches autograd taken out"]
    assert why(new, OLD) == ["matches autograd counts again"]
    assert change(OLD, new).after.max_score == 1.0


def test_given_points_change_only_the_marks_of_those_who_lacked_them() -> None:
    new = result(part("by_hand", check("shape"), taken_out("matches_autograd", give=2.0)))
    passed = result(part("by_hand", check("shape"), check("matches_autograd", worth=2.0)))
    assert why(OLD, new) == ["matches autograd taken out"]
    assert change(passed, new) is None


def test_another_submission_is_told_first() -> None:
    new = result(
        part("by_hand", check("shape", "failed"), check("matches_autograd", "failed", 2.0)),
        submission="2",
    )
    assert why(OLD, new) == ["another notebook", "shape passed → failed"]


def test_a_result_that_does_not_say_what_was_handed_in_is_not_taken_for_another() -> None:
    old = replace(OLD, versions={"course": "1"})
    new = result(
        part("by_hand", check("shape", "failed"), check("matches_autograd", "failed", 2.0))
    )
    assert why(old, new) == ["shape passed → failed"]


def test_a_submission_that_could_not_be_read_is_told_as_such() -> None:
    bad = result(
        PartResult("by_hand", "code", 0.0, 3.0, "missing"), submission="2", status="ungradable"
    )
    assert why(bad, OLD) == ["another notebook", "unreadable → graded"]
    assert why(OLD, bad) == ["another notebook", "graded → unreadable"]


def test_a_graders_fault_is_no_zero_before_or_after() -> None:
    fault = result(part("by_hand", check("shape"), check("matches_autograd", "error", 2.0)))
    assert why(OLD, fault) == ["matches autograd failed → error"]
    assert str(change(OLD, fault).after) == "1+?/3"
    lost = result(PartResult("by_hand", "code", None, 3.0, "error"))
    assert why(lost, OLD) == ["grader's fault → graded"]


def test_what_waits_for_a_person_is_marked_open() -> None:
    found = change(
        result(part("by_hand", check("shape")), prose()),
        result(part("by_hand", check("shape", "failed")), prose()),
    )
    assert (str(found.before), str(found.after)) == ("1+?/3", "0+?/3")


def test_of_several_devices_the_lower_verdict_is_told() -> None:
    both = part("by_hand", check("shape"), check("shape", "failed", device="cuda"))
    old = result(part("by_hand", check("shape"), check("shape", device="cuda")))
    assert why(old, result(replace(both, score=0.0))) == ["shape passed → failed"]


def test_only_who_was_graded_before_and_has_other_marks_is_in_the_report() -> None:
    same, other = replace(OLD, student="bob"), result(part("by_hand", check("shape")), student="cy")
    regraded = Regraded()
    regraded.add(same, same)
    regraded.add(replace(OLD, student="cy"), other)
    assert regraded.submissions == 2
    assert [item.student for item in regraded.changes] == ["cy"]
    assert regraded.changes[0].to_json()["reasons"][0] == {
        "cause": "removed", "exercise": "slopes", "part": "by_hand", "check": "matches_autograd",
        "before": 2.0, "after": None,
    }  # fmt: skip


def test_what_the_results_were_graded_with_is_compared() -> None:
    assert differing(OLD, result(course="2", submission="2")) == ["course"]
    assert differing(OLD, replace(OLD, seed="other")) == ["key"]


def test_a_lower_isolation_than_before_is_counted_unless_none_was_asked_for() -> None:
    regraded = Regraded()
    for before, now in (("full", "restricted"), ("restricted", "full"), ("full", "none")):
        regraded.add(replace(OLD, isolation=before), replace(OLD, isolation=now))
    assert dict(regraded.weakened) == {("full", "restricted"): 1}


def test_another_group_has_other_inputs_without_another_key() -> None:
    joined = replace(OLD, seed="other", group="team 1")
    assert differing(OLD, joined) == ["group"]
    regraded = Regraded()
    regraded.add(OLD, joined)
    assert [*regraded.differences] == [("group", None, "team 1")]
    better = replace(result(part("by_hand", check("shape"))), group="team 1")
    assert why(OLD, better)[0] == "now in the group “team 1”"
    assert why(better, OLD)[0] == "no longer in the group “team 1”"
