"""Numbers spread over what is left of a range when a gap is cut around given values.

What is left is cut into one cell per number, and each number comes from the middle of its own cell,
in random order: they differ by at least half a cell.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import torch

_MANY = 1_000_000  # integers to choose from, at most
_FEW = 64  # up to so many numbers, Python places faster than torch, and to the same bit


@dataclass(frozen=True)
class Range:
    """Where numbers may lie.

    Attributes:
        low, high: bounds of the magnitude; if ``low`` is negative, of the number itself.
        positive: no negative numbers.
        avoid: no number comes closer than ``gap`` to one of these.
    """

    low: float
    high: float
    positive: bool
    avoid: tuple[float, ...]
    gap: float

    @property
    def mirrored(self) -> bool:
        """Whether the negative of every number may be drawn, too."""
        return not self.positive and self.low >= 0


@dataclass(frozen=True)
class Layout:
    """The intervals that may be drawn from, laid end to end.

    Interval number i begins at ``starts[i]`` and covers, of the whole ``length``, what lies between
    ``before[i]`` and ``ends[i]``.
    """

    starts: tuple[float, ...]
    before: tuple[float, ...]
    ends: tuple[float, ...]
    length: float


def real_numbers(source: torch.Generator, count: int, within: Range) -> torch.Tensor | None:
    """``count`` of them in float64; None if nothing is left of the range."""
    layout = layout_of(within)
    if layout is None:
        return None
    jitter = torch.rand(count, generator=source, dtype=torch.float64)
    order = torch.randperm(count, generator=source)
    place = place_few if count <= _FEW else place_many
    return place(jitter, order, layout)


def whole_numbers(source: torch.Generator, count: int, within: Range) -> torch.Tensor | None:
    """As :func:`real_numbers`, but whole, without repetition as long as there are enough."""
    low, high = within.low, within.high
    if high - low > _MANY:
        raise ValueError(
            f"integer draws choose from at most {_MANY} numbers, not from {low} … {high}"
        )
    numbers = set(range(int(-(-low // 1)), int(high // 1) + 1))
    if within.mirrored:
        numbers |= {-number for number in numbers}
    left = [
        number
        for number in sorted(numbers)
        if all(abs(number - value) >= within.gap for value in within.avoid)
    ]
    if not left:
        return None
    rounds = max(-(-count // len(left)), 1)
    order = torch.cat([torch.randperm(len(left), generator=source) for _ in range(rounds)])
    return torch.tensor(left, dtype=torch.float64)[order[:count]]


@lru_cache(maxsize=256)
def layout_of(within: Range) -> Layout | None:
    """None if nothing may be drawn."""
    left = _intervals(within)
    if not left:
        return None
    lengths = torch.tensor([stop - start for start, stop in left], dtype=torch.float64)
    ends = lengths.cumsum(0)
    return Layout(
        tuple(float(start) for start, _ in left),
        tuple((ends - lengths).tolist()),
        tuple(ends.tolist()),
        lengths.sum().item(),
    )


def _intervals(within: Range) -> list[tuple[float, float]]:
    """The range (and its mirror image) less a gap around every avoided value."""
    left = [(within.low, within.high)]
    if within.mirrored:
        left = [(-within.high, -within.low), *left]
    for value in within.avoid:
        cut: list[tuple[float, float]] = []
        for start, stop in left:
            cut.append((start, min(stop, value - within.gap)))
            cut.append((max(start, value + within.gap), stop))
        left = [(start, stop) for start, stop in cut if start <= stop]
    return left


def place_few(jitter: torch.Tensor, order: torch.Tensor, layout: Layout) -> torch.Tensor:
    """As :func:`place_many`, number by number."""
    count, last = len(jitter), len(layout.starts) - 1
    values = []
    for cell, part in zip(order.tolist(), jitter.tolist(), strict=True):
        inside = 0.25 + 0.5 * part if count > 1 else part
        along = (cell + inside) / count * layout.length
        which = min(bisect_right(layout.ends, along), last)
        values.append(layout.starts[which] + along - layout.before[which])
    return torch.tensor(values, dtype=torch.float64)


def place_many(jitter: torch.Tensor, order: torch.Tensor, layout: Layout) -> torch.Tensor:
    """One number into each of as many cells as there are numbers, in the cells' order."""
    starts = torch.tensor(layout.starts, dtype=torch.float64)
    before = torch.tensor(layout.before, dtype=torch.float64)
    ends = torch.tensor(layout.ends, dtype=torch.float64)
    inside = 0.25 + 0.5 * jitter if len(jitter) > 1 else jitter
    along = (order.to(torch.float64) + inside) / len(jitter) * layout.length
    which = torch.searchsorted(ends, along, right=True).clamp(max=len(starts) - 1)
    return starts[which] + along - before[which]
