from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.session.interface import Call, Missing, Outcome, Raised, Read, Returned, Stopped
from gradeprop.session.student.answering import Answering

CELL = """
import torch
from torch.autograd import grad as alias
w = torch.tensor([1.0, 2.0], requires_grad=True)
number = 3
def double(x): return 2 * x
def wreck(x): x.mul_(0); return x
def fails(): raise KeyError("k")
def leaves(): raise SystemExit(2)
def stops(): raise KeyboardInterrupt
class Odd(Exception):
    def __str__(self): raise RuntimeError("no")
def odd(): raise Odd
def deep(n): return deep(n + 1)
def big(): return torch.ones(1).expand(2**33)
def hungry(): raise MemoryError
def allocates(): return torch.empty(2**50)
def by_method(x): (x**2).sum().backward(); return x.grad
def by_alias(x): return alias((x**2).sum(), x)[0]
def by_func(x): return torch.func.grad(lambda a: (a**2).sum())(x)
def by_jacobian(x): return torch.autograd.functional.jacobian(lambda a: a**2, x)
def by_forward(x): return torch.func.jvp(lambda a: a**2, (x,), (torch.ones_like(x),))[1]
def by_engine(x):
    y = (x**2).sum()
    engine = torch.autograd.Variable._execution_engine
    engine.run_backward((y,), (torch.ones(()),), False, False, (), True, True)
    return x.grad
def by_hand(x): return 2 * x
def in_vain(x): (x.detach() ** 2).sum().backward()
def too_often(x): y = (x**2).sum(); y.backward(); y.backward()
def step():
    optimizer = torch.optim.SGD([w], lr=0.1)
    w.grad = torch.ones(2)
    optimizer.step()
"""


@pytest.fixture
def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(CELL, "<cell>", "exec"), names)
    return names


def answering() -> Answering:
    return Answering(1 << 20, {"<cell>": "the cell"}.get)


def one(ask: Read | Call, namespace: dict[str, Any]) -> Outcome:
    (outcome,) = answering().answer_all([ask], namespace)
    return outcome


def vector() -> TensorState:
    return TensorState(torch.tensor([1.0, 3.0]), requires_grad=True)


def test_a_name_is_read(namespace: dict[str, Any]) -> None:
    outcome = one(Read("number"), namespace)
    assert isinstance(outcome, Returned)
    assert outcome.value == 3


def test_a_missing_name_is_missing(namespace: dict[str, Any]) -> None:
    assert one(Read("nope"), namespace) == Missing("nope")
    assert one(Call("nope"), namespace) == Missing("nope")
    assert one(Call("number"), namespace) == Missing("number", "int")


def test_a_call_shows_what_became_of_its_arguments(namespace: dict[str, Any]) -> None:
    outcome = one(Call("wreck", (TensorState(torch.ones(2)),)), namespace)
    assert isinstance(outcome, Returned)
    (after,) = outcome.arguments
    assert isinstance(after, TensorState)
    assert after.value.tolist() == [0.0, 0.0]


def test_keywords_are_passed_and_shown_after_positions(namespace: dict[str, Any]) -> None:
    outcome = one(Call("double", (), {"x": 4}), namespace)
    assert isinstance(outcome, Returned)
    assert (outcome.value, outcome.arguments) == (8, (4,))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fails", "KeyError"),
        ("leaves", "SystemExit"),
        ("stops", "KeyboardInterrupt"),
        ("odd", "Odd"),
    ],
)
def test_whatever_student_code_raises_is_raised(
    namespace: dict[str, Any], name: str, kind: str
) -> None:
    outcome = one(Call(name), namespace)
    assert isinstance(outcome, Raised)
    assert outcome.type_name == kind
    expected = next(
        n for n, text in enumerate(CELL.splitlines(), 1) if text.startswith(f"def {name}(")
    )
    assert outcome.line == expected
    assert outcome.traceback.startswith(f"the cell, line {expected}, in {name}")


def test_endless_recursion_is_raised_with_a_short_traceback(namespace: dict[str, Any]) -> None:
    outcome = one(Call("deep", (0,)), namespace)
    assert isinstance(outcome, Raised)
    assert outcome.type_name == "RecursionError"
    assert len(outcome.traceback) < 10_000


def test_wrong_arguments_are_raised_without_a_line(namespace: dict[str, Any]) -> None:
    outcome = one(Call("double"), namespace)
    assert isinstance(outcome, Raised)
    assert (outcome.type_name, outcome.line) == ("TypeError", None)


@pytest.mark.parametrize(
    ("name", "reason"), [("big", "output"), ("hungry", "memory"), ("allocates", "memory")]
)
def test_a_stop_ends_the_exchange(namespace: dict[str, Any], name: str, reason: str) -> None:
    outcomes = list(answering().answer_all([Read("number"), Call(name), Read("number")], namespace))
    assert isinstance(outcomes[0], Returned)
    assert [type(item) for item in outcomes[1:]] == [Stopped, Stopped]
    assert {item.reason for item in outcomes[1:] if isinstance(item, Stopped)} == {reason}


@pytest.mark.parametrize(
    "name", ["by_method", "by_alias", "by_func", "by_jacobian", "by_forward", "by_engine"]
)
def test_every_door_to_autograd_is_noticed(namespace: dict[str, Any], name: str) -> None:
    outcome = one(Call(name, (vector(),)), namespace)
    assert isinstance(outcome, Returned), outcome
    assert outcome.used == {"autograd"}


@pytest.mark.parametrize(
    ("name", "used"), [("in_vain", {"autograd"}), ("too_often", {"autograd"}), ("fails", set())]
)
def test_machinery_is_noticed_before_an_error_too(
    namespace: dict[str, Any], name: str, used: set[str]
) -> None:
    outcome = one(Call(name, (vector(),) if used else ()), namespace)
    assert isinstance(outcome, Raised)
    assert outcome.used == used


def test_work_by_hand_and_optimizer_steps_are_told_apart(namespace: dict[str, Any]) -> None:
    by_hand = one(Call("by_hand", (vector(),)), namespace)
    step = one(Call("step"), namespace)
    assert isinstance(by_hand, Returned)
    assert isinstance(step, Returned)
    assert (by_hand.used, step.used) == (frozenset(), {"optimizer"})


def test_watching_leaves_torch_as_it_was(namespace: dict[str, Any]) -> None:
    before = torch.autograd.graph._engine_run_backward
    one(Call("by_alias", (vector(),)), namespace)
    assert torch.autograd.graph._engine_run_backward is before
    assert sys.modules["torch.autograd"].__dict__["_engine_run_backward"] is before
