"""A value with the right numbers that was made in another way than asked."""

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

Z = torch.tensor([16.0, 27.0])
COMPUTED = {"requires_grad": True, "is_leaf": False, "computed_from": ("x", "y")}


def judged(state: TensorState, seen: Evidence, **asked: Any) -> Any:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.value("z")).to_match(Fixed(Z), **asked)
    script = Script(tuple(student.asks), tuple(reference.probes))
    return judge(script, [Returned(state, seen=seen)], public=True, declared={}, rows=True)


def test_what_was_computed_from_the_names_passes() -> None:
    state = TensorState(Z, requires_grad=True, is_leaf=False)
    for origins in (("x", "y", "other"), None):  # None: nobody can tell
        assert judged(state, Evidence(origins=origins), **COMPUTED).status == "passed"


@pytest.mark.parametrize(
    ("state", "origins", "said"),
    [
        (TensorState(Z), (), "make `x` and `y` with requires_grad=True"),
        (
            TensorState(Z, requires_grad=True),
            None,
            "Make `x` and `y` with requires_grad=True and compute it from them",
        ),
        (
            TensorState(Z, requires_grad=True, is_leaf=False),
            ("y",),
            "backward does not get from it to `x`: make `x` with requires_grad=True",
        ),
    ],
)
def test_what_was_not_is_told_where_to_begin(state: Any, origins: Any, said: str) -> None:
    judgement = judged(state, Evidence(origins=origins), **COMPUTED)
    assert judgement.status == "failed"
    assert judgement.misconception is None
    assert said in judgement.message


def test_the_remedy_for_a_leaf_is_to_create_it_so() -> None:
    judgement = judged(TensorState(Z), Evidence(), requires_grad=True)
    assert "create it with requires_grad=True" in judgement.message
    assert [row.expression for row in judgement.rows] == ["z", "z.requires_grad"]


def test_a_computed_value_is_no_leaf() -> None:
    computed = TensorState(Z, requires_grad=True, is_leaf=False)
    judgement = judged(computed, Evidence(), is_leaf=True)
    assert "make the tensor itself with requires_grad=True" in judgement.message


@pytest.mark.parametrize(("ran", "status"), [(False, "failed"), (True, "passed"), (None, "passed")])
def test_a_gradient_that_nothing_can_have_found_was_written_by_hand(ran: Any, status: str) -> None:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.value("z").grad).to_match(Fixed(Z), by_backward=True)
    script = Script(tuple(student.asks), tuple(reference.probes))
    state = TensorState(Z, requires_grad=True, grad=Z)
    found = Returned(state, seen=Evidence(reached=False, differentiated=ran))
    judgement = judge(script, [found], public=True, declared={})
    assert judgement.status == status
    assert ran is not False or "written there by hand" in judgement.message
