"""Difference quotients as learners take them: which steps, on which side, divided by what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import torch

Function: TypeAlias = Callable[..., torch.Tensor]

STEPS = tuple(base * 10.0**-power for power in range(1, 6) for base in (5, 2, 1))
"""Step sizes that learners pick for a difference quotient, 0.5 … 1e-5."""
TINY_STEPS = (1e-6, 1e-7, 1e-8)
"""Smaller ones: as good as exact when divided by, still plain to see when they are not."""


class Quotient(NamedTuple):
    """``(f(x + high) - f(x + low)) / divisor``."""

    low: float
    high: float
    divisor: float


def one_sided() -> Iterator[Quotient]:
    """Forwards and backwards, by every step."""
    for step in STEPS:
        yield Quotient(0.0, step, step)
        yield Quotient(-step, 0.0, step)


def undivided() -> Iterator[Quotient]:
    """Forwards, backwards and central, by every step, and not divided by it."""
    for step in (*STEPS, *TINY_STEPS):
        yield Quotient(0.0, step, 1.0)
        yield Quotient(-step, 0.0, 1.0)
        yield Quotient(-step, step, 1.0)


@torch.no_grad()
def change(
    f: Function,
    at: Sequence[torch.Tensor],
    which: int,
    quotient: Quotient,
    *,
    elementwise: bool,
) -> torch.Tensor:
    """f's change when input number ``which`` moves, not yet divided; shape of that input.

    Args:
        elementwise: all coordinates may move at once, and not one after the other.
    """
    point = at[which]

    def value(moved: torch.Tensor) -> torch.Tensor:
        return f(*at[:which], moved, *at[which + 1 :])

    low, high, _ = quotient
    if elementwise:
        after = value(point + high)
        return after - (value(point + low) if low else value(point))
    found = torch.zeros_like(point)
    for index in range(point.numel()):
        unit = torch.zeros_like(point)
        unit.view(-1)[index] = 1
        after, before = value(point + high * unit).sum(), value(point + low * unit).sum()
        found.view(-1)[index] = after - before
    return found
