"""Which answers do the same."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.grading.checks.behaviour import Gave, behaviour, same
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Missing, Raised, Returned, Stopped

NAN = math.nan


def gave(value: Any) -> tuple[Gave, ...]:
    if isinstance(value, torch.Tensor):
        value = TensorState(value)
    return (Gave(value, Rule()),)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (torch.tensor([1.0]), torch.tensor([1.0 + 1e-9]), True),
        (torch.tensor([1.0]), torch.tensor([1.1]), False),
        (torch.tensor([1.0]), torch.tensor([1.0, 1.0]), False),
        (torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0]), True),
        (torch.tensor([NAN, 1.0]), torch.tensor([1.0, NAN]), False),
        (torch.tensor([math.inf]), torch.tensor([math.inf]), True),
        (torch.tensor([math.inf]), torch.tensor([-math.inf]), False),
        (torch.tensor([1, 2]), torch.tensor([1, 2]), True),
        (1.0, torch.tensor(1.0), False),
        (NAN, NAN, True),
        (2.0, 2.0 + 1e-12, True),
        (None, None, True),
        (None, 0.0, False),
        ("up", "up", True),
        ("up", "down", False),
        ([1.0, NAN], [1.0, NAN], True),
        ([1.0, 2.0], [1.0], False),
        ({"a": 1.0}, {"a": 1.0}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        (Opaque("Thing"), Opaque("Thing"), True),
        (Opaque("Thing"), Opaque("Other"), False),
        (Opaque("Thing"), 1.0, False),
    ],
)
def test_two_answers_do_the_same(one: Any, other: Any, alike: bool) -> None:
    assert same(gave(one), gave(other)) is alike
    assert same(gave(other), gave(one)) is alike


def in_words(outcome: Any) -> str | None:
    student = Student("cpu")
    reference = Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.call("f", 1.0)).to_match(Fixed(2.0))
    script = Script(tuple(student.asks), tuple(reference.probes))
    return behaviour(script, [outcome])[0].other


def test_what_comes_in_place_of_a_value_is_told_without_what_is_each_answers_own() -> None:
    assert in_words(Returned(2.0)) is None
    one = in_words(Raised("ValueError", "size 3 of 'mine' is wrong", line=3))
    assert one == in_words(Raised("ValueError", "size 4 of 'yours' is wrong", line=7))
    assert one != in_words(Raised("ValueError", "quite another thing"))
    assert one != in_words(Raised("TypeError", "size 3 of 'mine' is wrong"))
    assert in_words(Missing("f")) == "no f"
    assert in_words(Stopped("timeout", "it took 3 s")) == "timeout"


def test_an_exception_is_no_value() -> None:
    raised = (Gave(None, Rule(), "ValueError: …"),)
    assert same(raised, raised)
    assert not same(raised, gave(None))
    assert not same(gave(None), raised)
