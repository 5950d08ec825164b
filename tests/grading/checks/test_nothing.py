"""What is said where None stands in place of a value."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed
from gradeprop.gradients.values import Evidence, TensorState
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Returned


def judged(ask: Any, value: Any, answer: Any = None, **seen: Any) -> Any:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    right = Fixed(torch.tensor([6.0]) if answer is None else answer)
    reference.expect(ask(student)).to_match(right)
    script = Script(tuple(student.asks), tuple(reference.probes))
    outcome = Returned(value, seen=Evidence(**seen))
    return judge(script, [outcome], public=True, declared={})


def grad_of_w(student: Any) -> Any:
    return student.value("w").grad


def leaf(**flags: Any) -> Any:
    return TensorState(torch.tensor([3.0]), **{"requires_grad": True, **flags})


@pytest.mark.parametrize(
    ("state", "seen", "cause", "said"),
    [
        (leaf(), {"reached": False}, "no_backward", "No backward has reached `w`"),
        (leaf(), {"reached": True}, None, "cleared again, by zero_grad()"),
        (leaf(), {}, None, "Either no backward has reached `w` yet, or its .grad was cleared"),
        (leaf(is_leaf=False), {"reached": False}, "grad_of_computed", "is the result of a comp"),
        (leaf(requires_grad=False), {"reached": False}, None, "make it with requires_grad=True"),
    ],
)
def test_an_empty_grad_has_the_cause_that_is_known(
    state: Any, seen: Any, cause: Any, said: str
) -> None:
    judgement = judged(grad_of_w, state, **seen)
    assert judgement.misconception == cause
    assert said in judgement.message


def test_a_name_that_holds_none_is_told_what_gives_none() -> None:
    judgement = judged(lambda student: student.value("grad"), None, reached=False)
    assert judgement.misconception == "wrong_type"
    assert "backward() and print() return nothing" in judgement.message


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        (False, "Is a return missing at the end of the function?"),
        (True, "backward() and print() return nothing"),
        (None, "Is a return missing at the end of the function, or is"),
    ],
)
def test_a_missing_return_is_not_blamed_where_there_is_one(returns: Any, said: str) -> None:
    judgement = judged(lambda student: student.call("f"), None, returns=returns)
    assert said in judgement.message
    assert ("return missing" in judgement.message) == (returns is not True)


def test_of_an_item_that_is_none_the_return_is_there() -> None:
    answer = (torch.tensor(1.0), torch.tensor(2.0))
    value = (TensorState(torch.tensor(1.0)), None)
    judgement = judged(lambda student: student.call("f"), value, answer)
    assert "comes from something that gives nothing" in judgement.message
