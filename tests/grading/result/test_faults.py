"""Faults of graders are told once for each place, with how many they touch."""

from __future__ import annotations

from gradeprop.grading.result.faults import Fault, faults_in, first_line, merged, without_traces
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)


def result(student: str, *details: str | None) -> SubmissionResult:
    checks = tuple(
        CheckVerdict(f"c{number}", device, False, "error", None, 1.0, detail=detail)
        if detail
        else CheckVerdict(f"c{number}", device, False, "passed", 1.0, 1.0)
        for number, detail in enumerate(details)
        for device in ("cpu", "cuda")
    )
    part = PartResult("p", "code", None, 2.0, "error", None, checks)
    exercise = ExerciseResult("e", None, 2.0, (part,))
    return SubmissionResult(
        student, "a", "error", None, None, 2.0, 0.0, (exercise,), "none", "cpu", ""
    )


def test_one_place_is_told_once_whatever_the_inputs_and_devices() -> None:
    found = faults_in(
        [
            result("ada", "g/t.py:9: ValueError: 1.5\nTraceback"),
            result("bob", "g/t.py:9: ValueError: 2.5", "g/t.py:20: KeyError: 'x'"),
            result("cy", None),
        ]
    )
    assert [str(fault) for fault in found] == [
        "e c0: g/t.py:9: ValueError: 1.5",
        "e c1: g/t.py:20: KeyError: 'x'",
    ]
    assert [fault.submissions for fault in found] == [2, 1]


def test_faults_of_several_runs_add_up() -> None:
    found = merged([Fault("e", "c", "g:1: a", 2), Fault("e", "c", "g:1: b", 3)])
    assert found == [Fault("e", "c", "g:1: a", 5)]


def test_the_same_fault_is_the_same_in_every_run() -> None:
    first, again, other = (
        without_traces(result("ada", said, None).exercises)
        for said in ("g:1: a\nThread 0x7f01", "g:1: a\nThread 0x7f02", "g:2: a\nThread 0x7f01")
    )
    assert first == again
    assert first != other


def test_the_traceback_is_left_out() -> None:
    assert first_line("\n g:1: a\nTraceback\n") == "g:1: a"
    assert first_line(None) == ""
