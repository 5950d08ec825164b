"""Seeded inputs on which mistakes differ: away from 0, from given values and from each other."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch

_MANY = 1_000_000  # integers to choose from, at most
_FEW = 64  # up to so many numbers, Python places faster than torch, and to the same bit


def derive_seed(key: bytes, *names: str) -> bytes:
    """32 bytes that depend on the key and on the list of names: HMAC-SHA256 (RFC 2104).

    Each name is preceded by its length, so that ("a", "bc") and ("ab", "c") differ.
    """
    parts = [name.encode("utf-8", "surrogatepass") for name in names]
    return hmac.digest(
        key, b"".join(len(part).to_bytes(8, "big") + part for part in parts), "sha256"
    )


def generator(seed: bytes | int) -> torch.Generator:
    """A CPU generator; the same seed gives the same numbers whatever the device they are moved
    to."""
    raw = seed if isinstance(seed, bytes) else str(seed).encode()
    # torch's CPU generator starts from 32 bits.
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(raw).digest()[:4], "big"))


def draw(
    generator_seed: bytes | int,
    shape: Sequence[int],
    *,
    dtype: torch.dtype | str = torch.float64,
    device: str = "cpu",
    low: float = 0.5,
    high: float = 2.5,
    positive: bool = False,
    avoid: Sequence[float] = (),
    gap: float = 0.15,
    integer: bool = False,
    requires_grad: bool = False,
) -> torch.Tensor:
    """Random numbers of magnitude ``low`` … ``high`` with random signs.

    Args:
        generator_seed: the same seed and arguments give the same tensor, on every device.
        shape: sizes; ``()`` gives a 0-d tensor.
        dtype: ``torch.float32`` or ``"float32"``; the numbers of float64 are drawn, then rounded.
        low, high: bounds of the magnitude; if ``low`` is negative, of the number itself.
        positive: no negative numbers.
        avoid: no number comes closer than ``gap`` to one of these.
        integer: whole numbers only (of any dtype).

    The range that is left is cut into one cell per number and each number comes from the middle of
    its own cell, in random order: the numbers of a tensor differ by at least half a cell.

    Raises:
        ValueError: nothing is left to draw from, or the range is empty or not finite.
    """
    kind = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
    if not isinstance(kind, torch.dtype):
        raise ValueError(f"dtype must be a torch dtype, not {dtype!r}; try float64")
    if not -float("inf") < low <= high < float("inf"):
        raise ValueError(f"the range must be low <= high, both finite, not {low} … {high}")
    if positive:
        low = max(low, 0.0)
    sizes = tuple(int(size) for size in shape)
    count = int(torch.Size(sizes).numel())
    source = generator(generator_seed)
    if integer:
        values = _whole(source, count, low, high, positive, avoid, gap)
    else:
        values = _real(source, count, _layout(low, high, positive, tuple(avoid), gap))
    if values is None:
        raise ValueError(
            f"avoid={tuple(avoid)} with gap={gap} leaves nothing of {low} … {high}; widen the range"
        )
    return values.reshape(sizes).to(kind).to(device).requires_grad_(requires_grad)


class Inputs:
    """A stream of draws from one seed: the n-th draw depends on the seed and on n only, not on what
    was drawn before it."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._drawn = 0

    def draw(
        self,
        shape: Sequence[int],
        *,
        dtype: torch.dtype | str = torch.float64,
        device: str = "cpu",
        low: float = 0.5,
        high: float = 2.5,
        positive: bool = False,
        avoid: Sequence[float] = (),
        gap: float = 0.15,
        integer: bool = False,
        requires_grad: bool = False,
    ) -> torch.Tensor:
        """The next draw; arguments as for :func:`draw`."""
        seed = derive_seed(self._seed, "draw", str(self._drawn))
        self._drawn += 1
        return draw(
            seed,
            shape,
            dtype=dtype,
            device=device,
            low=low,
            high=high,
            positive=positive,
            avoid=avoid,
            gap=gap,
            integer=integer,
            requires_grad=requires_grad,
        )


def _intervals(
    low: float, high: float, positive: bool, avoid: Sequence[float], gap: float
) -> list[tuple[float, float]]:
    """What may be drawn: the range (and its mirror image) less a gap around every avoided value."""
    left = [(low, high)] if positive or low < 0 else [(-high, -low), (low, high)]
    for value in avoid:
        cut: list[tuple[float, float]] = []
        for start, stop in left:
            cut += [(start, min(stop, value - gap)), (max(start, value + gap), stop)]
        left = [(start, stop) for start, stop in cut if start <= stop]
    return left


@dataclass(frozen=True)
class _Layout:
    """What may be drawn, end to end: interval number i begins at ``starts[i]`` and covers, of the
    whole ``length``, what lies between ``before[i]`` and ``ends[i]``."""

    starts: tuple[float, ...]
    before: tuple[float, ...]
    ends: tuple[float, ...]
    length: float


@lru_cache(maxsize=256)
def _layout(
    low: float, high: float, positive: bool, avoid: tuple[float, ...], gap: float
) -> _Layout | None:
    """None if nothing may be drawn."""
    left = _intervals(low, high, positive, avoid, gap)
    if not left:
        return None
    lengths = torch.tensor([stop - start for start, stop in left], dtype=torch.float64)
    ends = lengths.cumsum(0)
    return _Layout(
        tuple(float(start) for start, _ in left),
        tuple((ends - lengths).tolist()),
        tuple(ends.tolist()),
        lengths.sum().item(),
    )


def _real(source: torch.Generator, count: int, layout: _Layout | None) -> torch.Tensor | None:
    if layout is None:
        return None
    jitter = torch.rand(count, generator=source, dtype=torch.float64)
    order = torch.randperm(count, generator=source)
    place = _place_few if count <= _FEW else _place_many
    return place(jitter, order, layout)


def _place_few(jitter: torch.Tensor, order: torch.Tensor, layout: _Layout) -> torch.Tensor:
    """As `_place_many`, number by number."""
    count, last = len(jitter), len(layout.starts) - 1
    values = []
    for cell, part in zip(order.tolist(), jitter.tolist(), strict=True):
        inside = 0.25 + 0.5 * part if count > 1 else part
        along = (cell + inside) / count * layout.length
        which = min(bisect_right(layout.ends, along), last)
        values.append(layout.starts[which] + along - layout.before[which])
    return torch.tensor(values, dtype=torch.float64)


def _place_many(jitter: torch.Tensor, order: torch.Tensor, layout: _Layout) -> torch.Tensor:
    """One number into each of as many cells as there are numbers, in the cells' order."""
    starts, before, ends = (
        torch.tensor(items, dtype=torch.float64)
        for items in (layout.starts, layout.before, layout.ends)
    )
    inside = 0.25 + 0.5 * jitter if len(jitter) > 1 else jitter
    along = (order.to(torch.float64) + inside) / len(jitter) * layout.length
    which = torch.searchsorted(ends, along, right=True).clamp(max=len(starts) - 1)
    return starts[which] + along - before[which]


def _whole(
    source: torch.Generator,
    count: int,
    low: float,
    high: float,
    positive: bool,
    avoid: Sequence[float],
    gap: float,
) -> torch.Tensor | None:
    """Whole numbers without repetition as long as there are enough of them."""
    if high - low > _MANY:
        raise ValueError(
            f"integer draws choose from at most {_MANY} numbers, not from {low} … {high}"
        )
    sizes = range(int(-(-low // 1)), int(high // 1) + 1)
    signed = list(sizes) if positive or low < 0 else sorted({-n for n in sizes} | set(sizes))
    left = [n for n in signed if all(abs(n - value) >= gap for value in avoid)]
    if not left:
        return None
    rounds = -(-count // len(left))
    order = torch.cat([torch.randperm(len(left), generator=source) for _ in range(max(rounds, 1))])
    return torch.tensor(left, dtype=torch.float64)[order[:count]]
