"""Samples beside calls that should raise, ranges, and checks that do not look for them."""

from __future__ import annotations

from typing import Any

import torch

from gradeprop.gradients import Fixed
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.sampled import fitting, given, worth_trying
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Raised, Returned

TWICE = Raised("RuntimeError", "a second time")


def script_of(write: Any, **options: Any) -> Script:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {}, **options)
    write(student, reference)
    return Script(tuple(student.asks), tuple(reference.probes))


def raises_then_value(student: Any, reference: Any) -> None:
    reference.expect(student.call("again")).to_raise("RuntimeError", says="second time")
    reference.expect(student.call("slope")).to_match(Fixed(torch.tensor([6.0])))


def number(value: float) -> Returned:
    return Returned(TensorState(torch.tensor([value])))


def fit(script: Script, mine: list[Any], sample: list[Any]) -> tuple[str, ...]:
    return fitting(script, given(script, mine), {"known": [given(script, sample)]})


def test_what_comes_after_an_expected_exception_is_compared() -> None:
    script = script_of(raises_then_value)
    assert fit(script, [TWICE, number(3.0)], [TWICE, number(3.0)]) == ("known",)
    assert fit(script, [TWICE, number(3.0)], [TWICE, number(4.0)]) == ()
    assert fit(script, [TWICE, number(6.0)], [TWICE, number(6.0)]) == ()  # nothing is wrong


def test_not_to_raise_is_as_wrong_as_the_sample_and_no_other() -> None:
    script = script_of(raises_then_value)
    silent = Returned(None)
    assert fit(script, [silent, number(6.0)], [silent, number(6.0)]) == ("known",)
    assert fit(script, [silent, number(6.0)], [TWICE, number(6.0)]) == ()


def test_a_number_within_the_range_is_not_wrong() -> None:
    script = script_of(lambda s, r: r.expect(s.call("h")).to_be_within(1.0, 2.0))
    assert fit(script, [Returned(1.5)], [Returned(1.5)]) == ()
    assert fit(script, [Returned(3.0)], [Returned(3.0)]) == ("known",)


def test_a_check_tries_no_sample_of_what_only_others_look_for() -> None:
    script = script_of(raises_then_value, elsewhere=frozenset({"other"}))
    failed = Judgement("failed", "no")
    assert worth_trying(script, ["known"], failed) == ["known"]
    raising = script_of(
        lambda s, r: r.expect(s.call("h")).to_be_within(1.0, 2.0),
        elsewhere=frozenset({"other"}),
    )
    for one in (script, raising):
        assert "other" not in worth_trying(one, ["known", "other"], failed)
