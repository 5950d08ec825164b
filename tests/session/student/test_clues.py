"""What is seen besides values, where a notebook's process has looked on from the start."""

from __future__ import annotations

import traceback
import weakref
from typing import Any

import pytest
import torch

from gradeprop.gradients.values import Evidence
from gradeprop.session.interface import Call, Read, Returned, TensorState
from gradeprop.session.student.answering import Answering
from gradeprop.session.student.passes import PASSES, Passes

W = "w = torch.tensor([3.0], requires_grad=True)\n"
OWN = "def f(x):\n    v = x.detach().clone().requires_grad_()\n    (v ** 2).sum().backward()\n"
LOOP = """
def f(x):
    v = torch.zeros(2, requires_grad=True)
    opt = torch.optim.SGD([{params}], lr=0.1)
    for _ in range(3):
        loss = ((v - x) ** 2).sum()
        {body}
    return v.sum().item()
"""


pytestmark = pytest.mark.usefixtures("passes_seen")


def seen(source: str, ask: Any) -> Evidence:
    names: dict[str, Any] = {"torch": torch}
    exec(source, names)
    outcome = Answering().answer(ask, names)
    assert isinstance(outcome, Returned)
    return outcome.seen


def of_w(source: str) -> Evidence:
    return seen(W + source, Read("w"))


def of_f(source: str) -> Evidence:
    return seen(source, Call("f", (TensorState(torch.tensor([1.0, 2.0])),)))


def test_a_leaf_knows_whether_a_pass_has_reached_it() -> None:
    assert of_w("").reached is False
    assert of_w("v = w.double()\n(v ** 2).sum().backward()").reached is True
    assert of_w("(w ** 2).backward()\nw.grad = None").reached is True
    assert of_w("torch.autograd.grad(w ** 2, w)").reached is False  # it writes no .grad
    other = "v = torch.ones(1, requires_grad=True)\n"
    assert of_w(other + "(w * v).backward(inputs=[v])").reached is False
    assert of_w(other + "(w * v).backward(inputs=w)").reached is True


def test_a_leaf_knows_whether_anything_was_differentiated_before() -> None:
    assert of_w("w.grad = 2 * w.detach()").differentiated is False
    call = "def f(x):\n    (w ** 2).backward()\n"
    of_f(W + call)  # what runs while a check asks is not the notebook's
    assert of_w("w.grad = 2 * w.detach()").differentiated is False


@pytest.mark.parametrize(
    "honest",
    [
        "(w ** 2).backward()",
        "w.grad = torch.autograd.grad(w ** 2, w)[0]",
        "w.grad = torch.func.grad(lambda v: (v ** 2).sum())(w.detach())",
        "(w ** 2).backward()\nimport copy\nw = copy.deepcopy(w)",
        "v = w\nfor _ in range(300): v = v + 1\nv.backward()",
    ],
)
def test_a_gradient_that_autograd_found_is_never_taken_for_one_by_hand(honest: str) -> None:
    assert of_w(honest).differentiated is not False


def test_a_gradient_on_top_of_another_is_seen() -> None:
    assert of_w("(w ** 2).backward()\n(w ** 2).backward()").piled is True
    assert of_w("(w ** 2).backward()\nw.grad.zero_()\n(w ** 2).backward()").piled is False
    assert of_w("(2 * w ** 2).backward()").piled is False


def test_a_name_for_the_gradient_knows_what_lay_there() -> None:
    twice = "(w ** 2).backward()\n(w ** 2).backward()\ngrad = w.grad"
    assert seen(W + twice, Read("grad")) == Evidence(piled=True, is_gradient=True)
    assert seen(W + twice + ".clone()", Read("grad")) == Evidence()


def test_of_another_tensor_at_the_same_name_nothing_is_known() -> None:
    again = "(w ** 2).backward()\n(w ** 2).backward()\n" + W + "(w ** 2).backward()"
    assert of_w(again).piled is False


def test_a_result_knows_the_names_that_it_comes_from() -> None:
    source = W + "v = w.double()\nu = torch.ones(1, requires_grad=True)\nz = v ** 2"
    assert seen(source, Read("z")).origins == ("w", "v")
    assert seen(source + " + u", Read("z")).origins == ("w", "v", "u")
    assert seen(W + "z = (w + 1).detach().requires_grad_() * 2", Read("z")).origins == ()


@pytest.mark.parametrize(
    ("returned", "is_input", "is_gradient"),
    [
        ("v.data", True, None),
        ("v", True, None),
        ("x", True, None),
        ("v.grad", False, True),
        ("torch.autograd.grad((v ** 3).sum(), v)[0]", False, True),
        ("2 * v.grad", False, None),
        ("v.detach().clone()", False, None),
    ],
)
def test_what_came_back_is_an_input_or_a_gradient(
    returned: str, is_input: bool, is_gradient: bool
) -> None:
    found = of_f(f"{OWN}    return {returned}")
    assert (found.is_input, found.is_gradient) == (is_input, is_gradient)


@pytest.mark.parametrize(
    ("body", "piled", "cleared", "again"),
    [
        ("opt.zero_grad(); loss.backward(); opt.step()", False, False, False),
        ("loss.backward(); opt.step()", True, False, False),
        ("loss.backward(); opt.zero_grad(); opt.step()", False, True, False),
        ("loss.backward(); v.grad.zero_(); opt.step()", False, True, False),
        ("opt.zero_grad(); loss.backward(); opt.step(); opt.step()", False, False, True),
        ("loss.backward(); v.grad.zero_(); v.detach().sub_(0.1 * v.grad)", False, True, None),
        ("loss.backward(); v.sub(0.1 * v.grad); v.grad = None", False, None, None),
        ("v.grad = None; loss.backward(); v.detach().copy_(v.data)", False, False, None),
        ("loss.backward(); v.data -= 0.1 * v.grad; v.grad = None", False, None, None),
    ],
)
def test_what_a_loop_does_to_its_gradients_is_seen(
    body: str, piled: bool, cleared: bool, again: bool
) -> None:
    found = of_f(LOOP.format(params="v", body=body))
    assert (found.piled, found.cleared, found.stepped_again) == (piled, cleared, again)


@pytest.mark.parametrize(
    ("body", "moved"),
    [
        ("loss.backward(); opt.step()", True),
        ("loss.backward(); v.data -= 0.1 * v.grad", True),
        ("loss.backward(); v.sub(0.1 * v.grad)", False),
        ("v.detach()", None),
    ],
)
def test_whether_anything_moved_is_seen(body: str, moved: bool) -> None:
    assert of_f(LOOP.format(params="v", body=body)).moved is moved


def test_a_step_of_copies_is_no_step_by_cleared_gradients() -> None:
    body = "loss.backward(); opt.step(); v.grad = None"
    assert of_f(LOOP.format(params="v.detach().clone()", body=body)).cleared is False


@pytest.mark.parametrize(
    ("source", "returns"),
    [
        ("def f(x):\n    x + 1", False),
        ("def f(x):\n    return print(x)", True),
        ("def f(x):\n    if x.sum() > 100:\n        return x", True),
        ("def f(x):\n    return None", False),
        ("f = lambda x: None", False),
    ],
)
def test_whether_a_function_returns_something_is_read_from_its_code(
    source: str, returns: bool
) -> None:
    assert of_f(source).returns is returns


def test_no_traceback_shows_that_somebody_looks_on() -> None:
    v = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError) as caught:
        v.backward()
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert not [frame for frame in frames if "gradeprop/session" in frame.filename]


def test_what_is_too_large_to_look_at_is_not_known() -> None:
    assert of_w("v = w\nfor _ in range(300): v = v + 1\nv.backward()").reached is None
    assert of_w("").reached is None  # from then on


def test_after_very_many_passes_calls_are_still_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PASSES, "_looked_at", 1_000_000)
    assert of_w("(w ** 2).backward()").reached is None
    assert of_f(OWN + "    return v.data").is_input is True
    assert of_f(OWN + "    return v.grad").is_gradient is True


def test_without_looking_on_from_the_start_nothing_is_known() -> None:
    assert Passes().complete is False


def test_tensors_are_not_kept_alive() -> None:
    leaf = torch.ones(2, requires_grad=True)
    leaf.sum().backward()
    assert PASSES.leaf(leaf) is not None
    key, gone = id(leaf), weakref.ref(leaf)
    del leaf
    assert gone() is None
    assert key not in PASSES._leaves


HOSTILE = """
class Odd(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *a, **k): raise RuntimeError("asked")
odd = torch.ones(2).as_subclass(Odd)
"""


def test_a_hostile_tensor_is_asked_nothing() -> None:
    assert of_f(HOSTILE + "def f(x):\n    return odd") == Evidence(
        reached=False, piled=False, cleared=False
    )
    assert seen(HOSTILE, Read("odd")) == Evidence()
    assert seen(HOSTILE + W + "z = w ** 2", Read("z")).origins == ("w",)


def test_an_optimizer_without_groups_steps_as_it_would() -> None:
    source = (
        "def f(x):\n    v = x.clone().requires_grad_()\n    opt = torch.optim.SGD([v], 0.1)\n"
        "    opt.param_groups.append(3)\n    try: opt.step()\n    except TypeError: return x\n"
    )
    assert of_f(source).stepped_again is None


def test_large_tensors_are_not_kept_alive_for_the_length_of_a_call() -> None:
    with PASSES.watched() as span:
        for size in (10, 1_000_000):
            torch.ones(size, requires_grad=True).sum().backward()
        assert [leaf.numel() for leaf, _, _ in span.held.values()] == [10]
        assert span.reached


def test_where_nothing_is_installed_a_call_is_looked_at_all_the_same() -> None:
    torch.autograd.Variable._execution_engine = torch.autograd.Variable._execution_engine._engine
    engine = torch.autograd.Variable._execution_engine
    passes = Passes()
    with passes.watched() as span:
        torch.ones(3, requires_grad=True).sum().backward()
    assert (span.count, len(span.held)) == (1, 1)
    assert torch.autograd.Variable._execution_engine is engine
