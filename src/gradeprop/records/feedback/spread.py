"""How the class did, where there are enough totals that nobody's can be told from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from gradeprop.records.feedback.views import BarView, SpreadView
from gradeprop.records.marks import Marks
from gradeprop.wording import number, points

__all__ = ["LEAST", "certain_totals", "spread"]

LEAST: Final = 10
"""Students with a certain total below which nothing is shown."""
_MOST_BARS: Final = 10


def certain_totals(students: Sequence[Marks]) -> tuple[float, ...]:
    """The totals of all whose work could be read and is marked."""
    return tuple(
        item.score
        for item in students
        if item.score is not None and item.result.status != "ungradable"
    )


def spread(totals: Sequence[float], most: float, mine: float | None) -> SpreadView | None:
    """How many students have how many points; None below `LEAST`.

    Args:
        totals: of the whole class, this student's among them if it is certain.
        most: points that there are.
        mine: this student's own total, if it is certain.
    """
    if len(totals) < LEAST or most <= 0:
        return None
    bounds = _bounds(most)
    counts = [0] * len(bounds)
    for total in totals:
        counts[_place(total, bounds)] += 1
    own = None if mine is None else _place(mine, bounds)
    largest = max(counts)
    bars = tuple(
        BarView(_label(bounds, place, most), count, 100 * count / largest, place == own)
        for place, count in enumerate(counts)
    )
    return SpreadView(_said(totals, mine), bars)


def _bounds(most: float) -> list[int]:
    """Where the bars begin: whole points, equally far apart."""
    width = max(1, math.ceil(most / _MOST_BARS))
    return list(range(0, int(most) + 1, width))


def _place(total: float, bounds: Sequence[int]) -> int:
    # A sum of thirds may be a hair below the whole that it is.
    return max((place for place, low in enumerate(bounds) if low <= total + 1e-9), default=0)


def _label(bounds: Sequence[int], place: int, most: float) -> str:
    low = bounds[place]
    if place + 1 == len(bounds):
        return f"{number(low)} or more" if low < most else number(low)
    return f"{number(low)} to less than {number(bounds[place + 1])}"


def _said(totals: Sequence[float], mine: float | None) -> str:
    ordered = sorted(totals)
    half = len(ordered) // 2
    middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    said = f"Of {len(totals)} students, at least half have {points(round(middle, 2))} or more."
    if mine is None:
        return f"{said} Your own total is not final, so it is not among them."
    return f"{said} You have {points(mine)}."
