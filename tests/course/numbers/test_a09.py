"""Every number that the texts of a09_signal state is computed here and looked up in the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import tensor

from course.test_numbers_in_texts import EXERCISES, states

DOUBLE = torch.float64
Params = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def slope(layer: Callable[[torch.Tensor], torch.Tensor], depth: int) -> float:
    x = tensor(0.5, dtype=DOUBLE, requires_grad=True)
    y = x
    for _ in range(depth):
        y = layer(y)
    return torch.autograd.grad(y, x)[0].item()


def test_vanish_sigmoid_states_bound_and_gradients() -> None:
    name = "a09_signal/vanish_sigmoid"
    states(name, f"$0.25^{{10}} \\approx {0.25**10 * 1e7:.1f} \\cdot 10^{{-7}}$")
    once, thrice = slope(torch.sigmoid, 1), slope(torch.sigmoid, 3)
    states(name, f"one sigmoid gives about ${once:.4f}$, and three give ${thrice:.4f}$")
    states(name, f"\\approx {1.5**20:.0f}$", f"it is about {1.5**20:.2f}, whatever `x` is")


def test_the_figure_of_vanish_sigmoid_shows_what_its_text_says() -> None:
    tanh, sigmoid, linear = (slope(f, 20) for f in (torch.tanh, torch.sigmoid, lambda y: 1.5 * y))
    assert 0.05 < tanh < 0.2
    assert slope(torch.sigmoid, 10) < 1e-6 > sigmoid
    assert 1000 < linear < 10_000


def start(w1: torch.Tensor, w2: torch.Tensor) -> Params:
    params = (w1.clone(), torch.zeros(3, dtype=DOUBLE), w2.clone(), torch.zeros(1, dtype=DOUBLE))
    for p in params:
        p.requires_grad_()
    return params


def loss_of(params: Params) -> torch.Tensor:
    w1, b1, w2, b2 = params
    x = tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, -1.0]], dtype=DOUBLE)
    y = tensor([[1.0], [2.0], [2.5], [0.0]], dtype=DOUBLE)
    return ((torch.tanh(x @ w1.T + b1) @ w2.T + b2 - y) ** 2).mean()


def rows_after_five_steps(params: Params) -> int:
    for _ in range(5):
        gradients = torch.autograd.grad(loss_of(params), params)
        with torch.no_grad():
            for p, g in zip(params, gradients, strict=True):
                p -= 0.1 * g
    return len(torch.unique(params[0].detach().round(decimals=6), dim=0))


def test_the_solution_of_zero_init_is_what_happens() -> None:
    zeros, outs = torch.zeros(3, 2, dtype=DOUBLE), torch.zeros(1, 3, dtype=DOUBLE)
    params = start(zeros, outs)
    first = [g.abs().max().item() for g in torch.autograd.grad(loss_of(params), params)]
    random = torch.randn(3, 2, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    solution = (Path(EXERCISES).parent / "solutions/a09_signal/zero_init.py").read_text("utf-8")
    for name, value in zip(("w1", "b1", "w2", "b2"), first, strict=True):
        assert f"grad_{name} = {value}\n" in solution
    assert f"rows_half = {rows_after_five_steps(start(zeros + 0.5, outs + 0.5))}\n" in solution
    assert f"rows_zero_w2 = {rows_after_five_steps(start(random, outs))}\n" in solution


def test_zero_init_learns_nothing_but_the_mean_from_zeros() -> None:
    params = start(torch.zeros(3, 2, dtype=DOUBLE), torch.zeros(1, 3, dtype=DOUBLE))
    assert rows_after_five_steps(params) == 1
    assert [bool(p.detach().any()) for p in params] == [False, False, False, True]
