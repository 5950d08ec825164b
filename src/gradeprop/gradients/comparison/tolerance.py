"""How close is close enough: tolerances per dtype and device.

An element passes if
``|got - expected| <= atol + rtol * max(|expected|, floor * largest |expected|)``.
The floor lets one accidentally small element of a tensor carry the rounding error of its
neighbours; because everything scales with the right answer, an all-zero gradient does not pass for
a small one (and is denied any atol beyond `ZERO_ATOL`, whatever a course sets).

Why these numbers (measured in ``tests/gradients/comparison/test_tolerance.py``): an honest central
difference in float64 with 1e-6 <= h <= 1e-3 stays below 1e-5 relative; a thousand float32 descent
steps stay below 1e-4; one step more or less (5e-4) and 12 against 12.01 (8e-4) stay apart in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

import torch

Tolerances: TypeAlias = Mapping[str, tuple[float, float]]
"""``{"float32": (rtol, atol)}``: replaces the engine's numbers for that dtype on every device."""


@dataclass(frozen=True)
class Tolerance:
    """``rtol`` and ``floor`` have no unit; ``atol`` has the answer's."""

    rtol: float
    atol: float
    floor: float = 0.01

    def __post_init__(self) -> None:
        for name, value in (("rtol", self.rtol), ("atol", self.atol), ("floor", self.floor)):
            if not isinstance(value, Real) or not 0 <= value < float("inf"):
                raise ValueError(
                    f"{name} must be a finite number of at least 0, not {value!r}; try 1e-5"
                )


TABLE: Mapping[tuple[str, str], Tolerance] = {
    ("float64", "cpu"): Tolerance(1e-5, 1e-12),
    ("float64", "cuda"): Tolerance(1e-5, 1e-12),
    ("float32", "cpu"): Tolerance(1e-4, 1e-8),
    ("float32", "cuda"): Tolerance(1e-4, 2e-8),  # sums run in another order there
    ("float16", "cpu"): Tolerance(5e-3, 1e-6, 0.1),
    ("float16", "cuda"): Tolerance(5e-3, 1e-6, 0.1),
    ("bfloat16", "cpu"): Tolerance(2.5e-2, 1e-6, 0.1),
    ("bfloat16", "cuda"): Tolerance(2.5e-2, 1e-6, 0.1),
}
"""The engine's own numbers. A Python number counts as float32: what computed it is not known."""

ZERO_ATOL = 1e-12
"""All the absolute tolerance that an all-zero answer gets: the rounding of a reference of 0."""

_COARSENESS = ("float64", "float32", "float16", "bfloat16")
_SINGLE = _COARSENESS.index("float32")
_PLACES = {
    torch.float32: _SINGLE,
    torch.complex64: _SINGLE,
    torch.float16: _COARSENESS.index("float16"),
    torch.bfloat16: _COARSENESS.index("bfloat16"),
}


def tolerance_for(
    expected: torch.dtype | None,
    got: torch.dtype | None,
    *,
    device: str = "cpu",
    overrides: Tolerances | None = None,
) -> Tolerance:
    """The tolerance for comparing two dtypes (``None`` is a Python number).

    The coarser of the two counts, since a float32 answer cannot be better than float32; but a half
    precision answer to a float32 or float64 question buys no leniency beyond float32.
    """
    ours, theirs = _coarseness(expected), _coarseness(got)
    most = max(ours, _SINGLE)
    name = _COARSENESS[min(max(ours, theirs), most)]
    kind = "cpu" if device.partition(":")[0] == "cpu" else "cuda"
    row = TABLE[name, kind]
    if overrides and name in overrides:
        rtol, atol = overrides[name]
        return Tolerance(rtol, atol, row.floor)
    return row


def _coarseness(dtype: torch.dtype | None) -> int:
    """The dtype's place in `_COARSENESS`; every other dtype is as fine as float64."""
    return _SINGLE if dtype is None else _PLACES.get(dtype, 0)
