"""The grader's functions run on the student's side, with objects of the student's."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.session.interface import (
    Bound,
    Call,
    Code,
    Missing,
    Outcome,
    Raised,
    Read,
    ReadAll,
    Returned,
    Run,
    Stopped,
)
from gradeprop.session.student.answering import Answering
from gradeprop.session.student.capture import capture

CELL = """
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x); ctx.k = k
        return k * x**3
    @staticmethod
    def backward(ctx, up):
        (x,) = ctx.saved_tensors
        return up * ctx.k * 3 * x**2, None
class Broken:
    @staticmethod
    def apply(x, k):
        raise ValueError("not yet")
def central(f, x, h): return (f(x + h) - f(x - h)) / (2 * h)
net = torch.nn.Linear(2, 1)
w = 3
"""
THROUGH = """
import torch
def through(cube, x, upstream):
    y = cube.apply(x, 4.0)
    (grad,) = torch.autograd.grad(y, x, upstream)
    return {"value": y, "grad": grad}
"""


def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(CELL, "<cell>", "exec"), names)
    return names


def answered(*asks: Any, names: Any = None) -> list[Outcome]:
    given = namespace() if names is None else names
    return list(Answering(1 << 20, {"<cell>": "the cell"}.get).answer_all(asks, given))


def one(ask: Any) -> Any:
    (outcome,) = answered(ask)
    return outcome


def x() -> TensorState:
    return TensorState(torch.tensor([1.0, 2.0]), requires_grad=True)


def through(*arguments: Any) -> Run:
    return Run(Code("through", THROUGH), arguments)


def test_a_class_of_the_students_is_used_by_the_graders_code() -> None:
    outcome = one(through(Bound("Cube"), x(), TensorState(torch.tensor([5.0, 1.0]))))
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.value, dict)
    assert outcome.value["value"].value.tolist() == [4.0, 32.0]
    assert outcome.value["grad"].value.tolist() == [60.0, 48.0]
    assert outcome.seen.returns is None


def test_a_function_of_the_graders_is_passed_to_the_students() -> None:
    code = Code("line", "def line(x): return 3 * x\n")
    outcome = one(Call("central", (code, 1.0, 0.5)))
    assert isinstance(outcome, Returned)
    assert outcome.value == 3.0
    assert outcome.arguments[0] == Opaque("function")


def test_what_the_students_code_raises_names_its_own_line_and_none_of_the_graders() -> None:
    outcome = one(through(Bound("Broken"), x(), None))
    assert isinstance(outcome, Raised)
    expected = CELL.splitlines().index('        raise ValueError("not yet")') + 1
    assert (outcome.type_name, outcome.line) == ("ValueError", expected)
    assert outcome.traceback.count(", line ") == 1
    assert "through" not in outcome.traceback


def test_what_the_graders_code_raises_shows_no_line_of_it() -> None:
    outcome = one(through(Bound("w"), x(), None))
    assert isinstance(outcome, Raised)
    assert (outcome.type_name, outcome.line) == ("AttributeError", None)
    assert outcome.traceback == "AttributeError: 'int' object has no attribute 'apply'"


@pytest.mark.parametrize(
    "ask",
    [through(Bound("Cub"), x(), None), Call("central", ([{"f": Bound("Cub")}],)), Read("Cub"),
     ReadAll(("w", "Cub"))],
)  # fmt: skip
def test_a_missing_object_is_missing_by_its_name(ask: Any) -> None:
    assert one(ask) == Missing("Cub")


def test_several_names_come_as_one_tuple() -> None:
    outcome = one(ReadAll(("w", "net")))
    assert isinstance(outcome, Returned)
    assert outcome.value == (3, Opaque("torch.nn.modules.linear.Linear"))


def test_the_graders_code_is_fresh_each_time_and_leaves_no_name() -> None:
    code = Code("count", "N = [0]\ndef count():\n    N[0] += 1\n    return N[0]\n")
    names = namespace()
    outcomes = answered(Run(code), Run(code), Read("N"), names=names)
    assert [item.value for item in outcomes if isinstance(item, Returned)] == [1, 1]
    assert outcomes[2] == Missing("N")


def test_too_much_from_the_graders_code_is_told_by_the_students_name() -> None:
    code = Code("big", "import torch\ndef big(net): return torch.ones(1).expand(2**33)\n")
    outcome = one(Run(code, (Bound("net"),)))
    assert isinstance(outcome, Stopped)
    assert outcome.message == "what `net` returned is larger than 1 MiB"


class Odd:
    def __hash__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("thing", "value"),
    [
        ({1, "a", (2, None)}, frozenset({1, "a", (2, None)})),
        (frozenset(), frozenset()),
        ({Odd()}, Opaque("set (of other things than words and numbers)")),
        ({((1,),)}, Opaque("set (of other things than words and numbers)")),
        (set(range(1_025)), Opaque("set (of more than 1024 items)")),
        ({2**5_000}, Opaque("set (of numbers that are too large)")),
    ],
)
def test_a_set_of_words_and_numbers_is_a_value(thing: Any, value: Any) -> None:
    assert capture(thing) == value


def test_a_set_arrives_as_a_set() -> None:
    code = Code("f", "def f(given):\n    given.add('c')\n    return given\n")
    outcome = one(Run(code, (frozenset({"a"}),)))
    assert isinstance(outcome, Returned)
    assert outcome.value == frozenset({"a", "c"})


@pytest.mark.usefixtures("passes_seen")
def test_of_several_names_is_known_what_is_so_of_all_that_know_it() -> None:
    """As of one name, so that a sample with another past is not taken for this one."""
    names: dict[str, Any] = {"torch": torch}
    cell = (
        "a = torch.ones(2, requires_grad=True)\nb = torch.ones(2, requires_grad=True)\n"
        "c = torch.ones(2, requires_grad=True)\nn = 3\n"
        "(a * b).sum().backward()\n(a * 1).sum().backward()"
    )
    exec(cell, names)

    def seen(*asked: str) -> Any:
        (outcome,) = answered(ReadAll(asked), names=names)
        assert isinstance(outcome, Returned)
        return outcome.seen.reached, outcome.seen.piled

    assert seen("a", "n") == (True, True)
    assert seen("a", "b") == (True, None)
    assert seen("a", "c")[0] is None
    assert seen("n") == (None, None)
