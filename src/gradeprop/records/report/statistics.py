"""The statistics of a report. docs/class-report.md defines each and names its source."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["LEAST", "Correlation", "Quartiles", "alpha", "correlation", "quartiles"]

LEAST: Final = 10
"""Students below which nothing is worked out: the figures would say more of chance than of them."""

_SAME: Final = 1e-12
"""A variance below this comes of rounding alone, as of sums of thirds."""
_Z: Final = statistics.NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Quartiles:
    """The three values that part a class into four: linear between neighbours (type 7 of Hyndman
    and Fan, 1996), as numpy, pandas and spreadsheets have it."""

    lower: float
    median: float
    upper: float


@dataclass(frozen=True)
class Correlation:
    """Pearson's correlation and its 95 % interval by Fisher's transformation (1921)."""

    value: float
    low: float
    high: float


def quartiles(values: Sequence[float]) -> Quartiles | None:
    """Of at least `LEAST` values; else None."""
    if len(values) < LEAST:
        return None
    return Quartiles(*statistics.quantiles(values, n=4, method="inclusive"))


def correlation(first: Sequence[float], second: Sequence[float]) -> Correlation | None:
    """Of pairs; None for fewer than `LEAST`, and where one side is always the same."""
    if len(first) < LEAST:
        return None
    if min(statistics.pvariance(first), statistics.pvariance(second)) <= _SAME:
        return None
    value = max(-1.0, min(1.0, statistics.correlation(first, second)))
    if abs(value) >= 1.0 - 1e-12:
        return Correlation(round(value), round(value), round(value))
    middle, half = math.atanh(value), _Z / math.sqrt(len(first) - 3)
    return Correlation(value, math.tanh(middle - half), math.tanh(middle + half))


def alpha(items: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha (1951).

    Args:
        items: for each item, everybody's scores in one order.

    Returns: None for fewer than two items or `LEAST` students, and where all totals are equal.
    """
    if len(items) < 2 or len(items[0]) < LEAST:
        return None
    totals = [math.fsum(scores) for scores in zip(*items, strict=True)]
    spread = statistics.variance(totals)
    if spread <= _SAME:
        return None
    own = math.fsum(statistics.variance(scores) for scores in items)
    return len(items) / (len(items) - 1) * (1 - own / spread)
