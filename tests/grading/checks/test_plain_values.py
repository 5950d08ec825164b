"""What is said of gradients holds for gradients, and not for any value with the same numbers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.course.patterns import Pattern
from gradeprop.gradients import Fixed, Gradient
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Returned

X = torch.tensor([2.0, -1.5])
THIRD = {"missing_three": Pattern(scale=1 / 3)}
BY_ID = {"missing_factor_two": None}


def judged(write: Any, patterns: Any, got: Any, named_here: frozenset[str] = frozenset()) -> Any:
    student = Student("cpu")
    reference = Reference(bytes(32), "cpu", patterns, {}, named_here)
    write(student, reference)
    script = Script(tuple(student.asks), tuple(reference.probes))
    return judge(script, [got] * len(script.asks), public=True, declared={}).misconception


def forward(student: Any, reference: Any) -> None:
    reference.expect(student.call("forward", X)).to_match(Fixed(X**3))


def backward(student: Any, reference: Any) -> None:
    reference.expect(student.call("backward", X)).to_match(Gradient(lambda x: x**3, at=X))


def kept_grad(student: Any, reference: Any) -> None:
    reference.expect(student.value("x").grad).to_match(Fixed(3 * X**2))


def returned(numbers: Any) -> Returned:
    return Returned(TensorState(numbers), (TensorState(X),))


def test_a_third_of_the_value_is_no_third_of_the_gradient() -> None:
    assert judged(forward, THIRD, returned(X**3 / 3)) is None
    assert judged(forward, BY_ID, returned(X**3 / 2)) is None


def test_a_third_of_a_gradient_is_named_wherever_it_stands() -> None:
    assert judged(backward, THIRD, returned(X**2)) == "missing_three"
    with_grad = TensorState(X, requires_grad=True, grad=X**2)
    assert judged(kept_grad, THIRD, Returned(with_grad)) == "missing_three"


def test_an_exercise_can_say_that_it_holds_for_a_value() -> None:
    named = frozenset({"missing_three"})
    assert judged(forward, THIRD, returned(X**3 / 3), named) == "missing_three"


@pytest.mark.parametrize("pattern", [None, Pattern(mistake="square"), Pattern(scale=7.0)])
def test_what_the_grader_states_holds_everywhere(pattern: Any) -> None:
    def stated(student: Any, reference: Any) -> None:
        right = Fixed(X**3, mistakes={"square": X**2})
        reference.expect(student.call("forward", X)).to_match(right)

    assert judged(stated, {"square": pattern}, returned(X**2)) == "square"


def test_a_constant_says_its_own_value() -> None:
    def printed(student: Any, reference: Any) -> None:
        reference.expect(student.value("loss")).to_match(Fixed(3.0625))

    assert judged(printed, {"copied": Pattern(value=5.5225)}, Returned(5.5225)) == "copied"
