"""Every number that the texts of a05_backprop state is computed here and looked up in the text."""

from __future__ import annotations

import math
from typing import Any

import torch
import yaml
from torch import tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from course.test_numbers_in_texts import EXERCISES, states

DOUBLE = torch.float64


def test_chain_sin_square_states_the_slope_and_what_parts_of_it_are() -> None:
    w = tensor(1.2, dtype=DOUBLE, requires_grad=True)
    torch.sin(w**2).backward()
    name = "a05_backprop/chain_sin_square"
    states(name, "At $w = 1.2$ the slope", f"is about ${w.grad:.4f}$")
    states(name, f"{math.cos(1.44):.4f} is one of the two factors, {2 * 1.2:.1f} is the other one")
    states(name, f"{math.cos(1.2) * 2.4:.4f} comes about when the cosine is taken at $w$")


def test_shared_node_states_the_gradients_at_five() -> None:
    found = []
    for upstream in (1.0, -2.0):
        x = tensor(5.0, requires_grad=True)
        (x**2 + 3 * x).backward(tensor(upstream))
        found.append(int(x.grad))
    told = f"upstream gradient of $1$ it is ${found[0]}$; with an upstream gradient of $-2$ it is"
    states("a05_backprop/shared_node", told, f"it is ${found[1]}$")
    states("a05_backprop/shared_node", f"{2 * 5 * 3}: that is what their slopes make")
    states("a05_backprop/shared_node", f"{found[0]} where {found[1]} is expected")


def test_unbroadcast_states_the_gradient_of_the_copied_number() -> None:
    a, b = tensor([1.0, 2.0, 3.0]), tensor([2.0], requires_grad=True)
    upstream = tensor([2.0, 2.0, 2.0])
    (a * b).backward(upstream)
    arrives = ", ".join(f"{number:.0f}" for number in upstream * a)
    name = "a05_backprop/unbroadcast"
    states(name, f"that is $[{arrives}]$", f"= {b.grad.item():.0f}$, of shape `(1,)` again")
    states(name, f"is `tensor([{b.grad.item():.0f}.])`")


def test_unbroadcast_states_the_copied_axes() -> None:
    table = {(2, 3): [(3,), (2, 1), ()], (4, 2, 3): [(2, 1)]}
    for result, inputs in table.items():
        for shape in inputs:
            assert torch.broadcast_shapes(result, shape) == result
            states("a05_backprop/unbroadcast", f"| `{result}` | `{shape}` |")


def test_softmax_cross_entropy_states_the_binary_gradients() -> None:
    z = tensor([2.0, -1.0, -200.0], requires_grad=True)
    y = tensor([1.0, 0.0, 1.0])
    binary_cross_entropy_with_logits(z, y, reduction="sum").backward()
    told = f"$[{z.grad[0]:.4f}, {z.grad[1]:.4f}, {z.grad[2]:.0f}]$"
    states("a05_backprop/softmax_cross_entropy", told)
    assert torch.sigmoid(tensor(-200.0)) == 0
    assert torch.sigmoid(tensor(-200.0, dtype=DOUBLE)) > 0


def test_check_the_checker_says_how_many_digits_a_central_difference_has() -> None:
    x, h = tensor([1.3, -0.7, 2.1, 0.4], dtype=DOUBLE), 1e-5
    right = 3 * x**2
    central = ((x + h) ** 3 - (x - h) ** 3) / (2 * h)
    forward = ((x + h) ** 3 - x**3) / h
    single = ((x.float() + h) ** 3 - (x.float() - h) ** 3) / (2 * h)
    errors = [((each - right).abs().max() / right.max()).item() for each in (central, forward)]
    assert errors[0] < 1e-9
    assert errors[1] > 1e-6
    assert (single - right).abs().max() / right.max() > 1e-4
    states("a05_backprop/check_the_checker", "some nine digits of it are right")


def left_by(code: str) -> str:
    """The gradients of a and b that an engine leaves in the example of the text."""
    scope: dict[str, Any] = {}
    exec(code, scope)
    a, b = scope["Number"](3.0), scope["Number"](-2.0)
    m = a * b
    (m * (m + a)).backward()
    return f"{a.grad:.0f} and {b.grad:.0f}"


def test_tiny_engine_states_the_gradients_and_what_three_slips_leave() -> None:
    a, b = (tensor(value, requires_grad=True) for value in (3.0, -2.0))
    m = a * b
    (m * (m + a)).backward()
    name = "a05_backprop/tiny_engine"
    states(name, f"gradients are ${a.grad:.0f}$ for $a$ and ${b.grad:.0f}$ for $b$")
    states(name, f"`a.grad == {a.grad.item()}` and `b.grad == {b.grad.item()}`")
    spec = yaml.safe_load((EXERCISES / f"{name}.yaml").read_text(encoding="utf-8"))
    mistakes = {each["id"]: each for each in spec["parts"][0]["misconceptions"]}
    solution = (EXERCISES.parent / f"solutions/{name}.py").read_text(encoding="utf-8")
    overwritten = left_by(solution.replace("each.grad += slope", "each.grad = slope"))
    again = left_by(mistakes["handed_on_again"]["sample"])
    early = left_by(mistakes["handed_on_too_early"]["samples"][0])
    states(name, f"{overwritten}: something is put", f"{again}: a number hands on what it had")
    states(name, f"{early}: a number hands on before")
