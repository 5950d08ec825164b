"""Walks by autograd and walks by a matrix against loops that are written out."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.inputs import draw
from gradeprop.gradients.loops.ground import slopes_of
from gradeprop.gradients.loops.linear import Affine, linear_model
from gradeprop.gradients.loops.walker import Loop, Walker

START = (torch.tensor([[1.0, -2.0]]).double(), torch.tensor(0.5).double())


def bowl(params: Any) -> Any:
    a, b = params
    return ((a * torch.tensor([3.0, 1.0]) + b) ** 2).sum()


def curved(params: Any) -> Any:
    a, b = params
    return (a**4).sum() + torch.sin(a.sum() * b)


LOOPS = [
    Loop(),
    Loop(factor=-1.0),
    Loop(accumulate=True),
    Loop(accumulate=True, leftover=(torch.ones(1, 2).double(), torch.tensor(2.0).double())),
    Loop(order=(1, 0)),
    Loop(order=(0, 1)),
    Loop(frozen=0),
    Loop(frozen=1),
]


def written_out(loss: Any, start: Any, loop: Any, *, lr: Any, steps: Any) -> Any:
    params = [item.clone() for item in start]
    held = [item.clone() for item in loop.leftover] or [torch.zeros_like(item) for item in start]

    def slope(number: Any) -> Any:
        leaves = [item.clone().requires_grad_() for item in params]
        return torch.autograd.grad(loss(leaves), leaves)[number]

    for _ in range(steps):
        if loop.order:
            for number in loop.order:
                params[number] = params[number] - lr * slope(number)
            continue
        slopes = [slope(0), slope(1)]
        held = [old + new for old, new in zip(held, slopes, strict=True)]
        used = held if loop.accumulate else slopes
        for number in (0, 1):
            if number != loop.frozen:
                params[number] = params[number] - lr * loop.factor * used[number]
    return params


def line_error(seed: Any, count: Any, bent: bool = False) -> Any:
    """A model of START's parameters, and the loss that it has on targets of its own."""
    x, y = draw(seed, (count, 2)), draw(seed + 1, (count,))

    def predict(params: Any) -> Any:
        line = x @ params[0].reshape(2) + params[1]
        return torch.tanh(line) if bent else line

    return predict, y, lambda params: ((predict(params) - y) ** 2).mean()


def counted(slopes: Any) -> Any:
    calls = []

    def counting(params: Any) -> Any:
        calls.append(params)
        return slopes(params)

    return counting, calls


@pytest.mark.parametrize("loss", [bowl, curved])
@pytest.mark.parametrize("loop", LOOPS)
def test_a_walk_is_the_loop_written_out(loss: Any, loop: Any) -> None:
    found = Walker(slopes_of(loss), START).walk(loop, lr=0.01, steps=7)
    for mine, theirs in zip(found, written_out(loss, START, loop, lr=0.01, steps=7), strict=True):
        assert mine.shape == theirs.shape
        assert torch.allclose(mine, theirs, rtol=1e-12)


@given(seed=st.integers(0, 10**6), count=st.integers(1, 9), loop=st.sampled_from(LOOPS))
def test_a_walk_by_a_matrix_is_the_loop_written_out(seed: Any, count: Any, loop: Any) -> None:
    predict, y, loss = line_error(seed, count)
    suspected = linear_model(predict, START).slopes(y.numpy(), 1 / count)
    slopes, calls = counted(slopes_of(loss))
    found = Walker(slopes, START, suspected).walk(loop, lr=0.05, steps=12)
    assert len(calls) == 1  # to confirm the matrix
    for mine, theirs in zip(found, written_out(loss, START, loop, lr=0.05, steps=12), strict=True):
        assert mine.shape == theirs.shape
        assert torch.allclose(mine, theirs, rtol=1e-11, atol=1e-11)


@given(seed=st.integers(0, 10**6), loop=st.sampled_from(LOOPS))
def test_what_autograd_does_not_confirm_is_not_followed(seed: Any, loop: Any) -> None:
    predict, y, _ = line_error(seed, 4)
    _, _, bent = line_error(seed, 4, bent=True)
    suspected = linear_model(predict, START).slopes(y.numpy(), 1 / 4)
    found = Walker(slopes_of(bent), START, suspected).walk(loop, lr=0.05, steps=5)
    for mine, theirs in zip(found, written_out(bent, START, loop, lr=0.05, steps=5), strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-12)


def test_slopes_that_are_off_by_little_are_not_followed() -> None:
    predict, y, loss = line_error(3, 4)
    right = linear_model(predict, START).slopes(y.numpy(), 1 / 4)
    for index in range(3):
        matrix = right.matrix.copy()
        matrix[index, index] *= 1 + 1e-8
        slopes, calls = counted(slopes_of(loss))
        Walker(slopes, START, Affine(matrix, right.offset)).walk(Loop(), lr=0.05, steps=3)
        assert len(calls) == 4


@pytest.mark.parametrize("mapped", [False, True])
def test_a_trail_holds_every_point_of_the_walk(mapped: bool) -> None:
    predict, y, loss = line_error(5, 6)
    suspected = linear_model(predict, START).slopes(y.numpy(), 1 / 6) if mapped else None
    walker = Walker(slopes_of(loss), START, suspected)
    trail = walker.trail(0.05)
    for steps in (4, 0, 1, 5):
        for mine, theirs in zip(
            trail[steps], walker.walk(Loop(), lr=0.05, steps=steps), strict=True
        ):
            assert torch.equal(mine, theirs)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.filterwarnings("error")
def test_what_diverges_overflows_without_a_word(mapped: bool) -> None:
    predict, y, loss = line_error(5, 6)
    suspected = linear_model(predict, START).slopes(y.numpy(), 1 / 6) if mapped else None
    walker = Walker(slopes_of(loss), START, suspected)
    found = [walker.trail(10.0)[400], walker.walk(Loop(factor=-1.0), lr=10.0, steps=400)]
    assert not any(torch.isfinite(item).any() for params in found for item in params)


@pytest.mark.parametrize("mapped", [False, True])
def test_walks_leave_the_start_alone(mapped: bool) -> None:
    start = tuple(item.clone() for item in START)
    predict, y, loss = line_error(7, 5)
    suspected = linear_model(predict, start).slopes(y.numpy(), 1 / 5) if mapped else None
    walker = Walker(slopes_of(loss), start, suspected)
    for loop in LOOPS:
        walker.walk(loop, lr=0.1, steps=2)
    assert all(torch.equal(a, b) for a, b in zip(start, START, strict=True))


def test_no_step_changes_nothing() -> None:
    found = Walker(slopes_of(bowl), START).walk(Loop(), lr=0.1, steps=0)
    assert all(torch.equal(a, b) for a, b in zip(found, START, strict=True))
