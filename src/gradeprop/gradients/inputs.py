"""Seeded inputs on which misconceptions differ: away from 0, from given values, from each other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import torch

from gradeprop.gradients.placing import Range, real_numbers, whole_numbers


def derive_seed(key: bytes, *names: str) -> bytes:
    """32 bytes that depend on the key and on the list of names: HMAC-SHA256 (RFC 2104).

    Each name is preceded by its length, so that ("a", "bc") and ("ab", "c") differ.
    """
    message = b""
    for name in names:
        part = name.encode("utf-8", "surrogatepass")
        message += len(part).to_bytes(8, "big") + part
    return hmac.digest(key, message, "sha256")


def generator(seed: bytes | int) -> torch.Generator:
    """A CPU generator: the same numbers whatever the device that they are moved to."""
    raw = seed if isinstance(seed, bytes) else str(seed).encode()
    start = hashlib.sha256(raw).digest()[:4]  # torch's CPU generator starts from 32 bits
    return torch.Generator().manual_seed(int.from_bytes(start, "big"))


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
    within = Range(low, high, positive, tuple(avoid), gap)
    sizes = tuple(int(size) for size in shape)
    count = int(torch.Size(sizes).numel())
    numbers = whole_numbers if integer else real_numbers
    values = numbers(generator(generator_seed), count, within)
    if values is None:
        raise ValueError(
            f"avoid={tuple(avoid)} with gap={gap} leaves nothing of {low} … {high}; widen the range"
        )
    return values.reshape(sizes).to(kind).to(device).requires_grad_(requires_grad)


class Inputs:
    """A stream of draws from one seed: the n-th depends on the seed and on n only."""

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
