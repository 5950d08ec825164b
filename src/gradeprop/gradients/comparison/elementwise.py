"""A student's numbers beside the right ones: are they close, and if not, where do they differ?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SHORT, SMALL, digits_to_tell_apart, nested, pair
from gradeprop.gradients.comparison.tolerance import ZERO_ATOL, Tolerance

Numbers: TypeAlias = torch.Tensor | float
_Array: TypeAlias = NDArray[Any]
_Flags: TypeAlias = NDArray[np.bool_]

_FEW = 32  # up to so many numbers, Python compares ten times as fast as a dozen calls of numpy


def few_numbers(numbers: Numbers) -> list[float] | None:
    """The numbers in Python, row by row; None if there are many, or complex ones."""
    if not isinstance(numbers, torch.Tensor):
        return [numbers]
    if numbers.numel() > _FEW or numbers.is_complex():
        return None
    flat = numbers if numbers.dim() == 1 else numbers.reshape(-1)
    found: list[float] = flat.tolist()
    return found


@dataclass(frozen=True, eq=False)
class Pair:
    """Numbers to compare.

    Attributes:
        mine, theirs: the student's and the right ones: tensors of one shape, or of one element
            each, or Python numbers.
        bounds: how close they must be, with inf and nan where they belong; None: they must be
            equal.
    """

    mine: Numbers
    theirs: Numbers
    bounds: Tolerance | None

    def capped(self, most_atol: float) -> Pair:
        """The same with no absolute tolerance beyond ``most_atol``."""
        if self.bounds is None or self.bounds.atol <= most_atol:
            return self
        return replace(self, bounds=replace(self.bounds, atol=most_atol))

    def agree(self) -> bool:
        """Whether all numbers are as they must be."""
        near = self._near()
        if near is not None:
            return near
        return not self._wrong(*self._arrays()).any()

    def mismatch(self, place: str) -> Mismatch | None:
        """What is wrong; None if nothing is."""
        if self._near():
            return None
        mine, theirs = self._arrays()
        if self.bounds is not None:
            broken = ~np.isfinite(mine) & np.isfinite(theirs)
            if broken.any():
                return replace(_described(mine, theirs, broken, place), kind="not_finite")
        wrong = self._wrong(mine, theirs)
        return _described(mine, theirs, wrong, place) if wrong.any() else None

    def _near(self) -> bool | None:
        """Whether few, finite numbers are all within bounds; None where only `_wrong` can tell."""
        if self.bounds is None:
            return None
        ours, expected = few_numbers(self.mine), few_numbers(self.theirs)
        if ours is None or expected is None:
            return None
        if not all(map(math.isfinite, (*ours, *expected))):
            return None
        largest = max(map(abs, expected), default=0.0)
        least = self.bounds.floor * largest
        rtol, atol = self.bounds.rtol, self._atol(any(ours))
        for value, right in zip(ours, expected, strict=True):
            if not abs(value - right) <= atol + rtol * max(least, abs(right)):
                return False
        return True

    def _atol(self, some: bool) -> float:
        """The absolute tolerance where ``some`` number of the student's is not 0, or none is."""
        assert self.bounds is not None
        return self.bounds.atol if some else min(self.bounds.atol, ZERO_ATOL)

    def _arrays(self) -> tuple[_Array, _Array]:
        """Both as float64 or complex128, of the right answer's shape."""
        theirs = _array(self.theirs)
        return _array(self.mine).reshape(theirs.shape), theirs

    def _wrong(self, mine: _Array, theirs: _Array) -> _Flags:
        """Which elements are not as they must be."""
        if self.bounds is None:
            # In their own dtype, since float64 does not tell large whole numbers apart.
            unequal = _tensor(self.mine).reshape(theirs.shape) != _tensor(self.theirs)
            flags: _Flags = unequal.numpy()
            return flags
        with np.errstate(all="ignore"):
            size = np.abs(theirs)
            finite = np.isfinite(size)
            least = self.bounds.floor * size.max(initial=0.0, where=finite)
            atol = self._atol(bool((mine != 0).any()))
            near = np.abs(mine - theirs) <= atol + self.bounds.rtol * np.maximum(size, least)
            same = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        wrong: _Flags = ~np.where(finite, near, same)
        return wrong


def _described(mine: _Array, theirs: _Array, wrong: _Flags, place: str) -> Mismatch:
    """Describe the elements that are ``wrong`` (at least one)."""
    with np.errstate(all="ignore"):
        difference = np.where(wrong, np.abs(mine - theirs), 0.0)
        ranked = np.where(wrong & np.isnan(difference), math.inf, difference)
        ratio = ranked / np.abs(theirs)
    # Where there is no ratio, less than any.
    relative = np.where(wrong & (theirs != 0) & ~np.isnan(ratio), ratio, -1.0)
    where, relative_where = _index(ranked), _index(relative)
    if not wrong[where]:  # all differences are 0 or overflow: point at the first wrong one
        where = _index(wrong)
    expected, got = pair(theirs[where].item(), mine[where].item())
    greatest = float(relative[relative_where])
    return Mismatch(
        "value",
        place,
        expected,
        got,
        index=where,
        whole=_whole(mine, theirs, wrong),
        absolute=float(ranked[where]),
        relative=greatest if greatest >= 0 else None,
        relative_index=relative_where,
        wrong=int(wrong.sum()),
        total=mine.size,
    )


def _whole(mine: _Array, theirs: _Array, wrong: _Flags) -> tuple[str, str] | None:
    """Both in full if there are few, with as many digits as it takes to see where they differ."""
    if not 1 < mine.size <= SMALL:
        return None
    digits = SHORT
    for right, value in zip(theirs[wrong].tolist(), mine[wrong].tolist(), strict=True):
        if isinstance(right, complex) or not (math.isfinite(right) and math.isfinite(value)):
            continue
        digits = max(digits, digits_to_tell_apart(right, value))
    return nested(theirs.tolist(), digits), nested(mine.tolist(), digits)


def _index(values: _Array) -> tuple[int, ...]:
    """Where the largest is."""
    return tuple(int(place) for place in np.unravel_index(values.argmax(), values.shape))


def _tensor(numbers: Numbers) -> torch.Tensor:
    """On the CPU, in its own dtype."""
    if isinstance(numbers, torch.Tensor):
        return numbers.detach().cpu()
    return torch.tensor(numbers, dtype=torch.float64)


def _array(numbers: Numbers) -> _Array:
    """float64 or complex128."""
    tensor = _tensor(numbers)
    dtype = torch.complex128 if tensor.is_complex() else torch.float64
    found: _Array = tensor.to(dtype).resolve_conj().resolve_neg().numpy()
    return found
