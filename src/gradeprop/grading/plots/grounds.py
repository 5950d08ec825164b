"""What a path runs on, worked out where the grader's own problem is at hand: at build, and where
hand-ins are graded. A notebook carries what came out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gradeprop.grading.checks.script import Probe
from gradeprop.grading.plots.axes import Range, range_of
from gradeprop.grading.plots.drawing import Ground, counts_to
from gradeprop.grading.plots.numbers import drawable
from gradeprop.grading.result.plot import MOST, Point, rounded

__all__ = ["ground_of"]

_GRID = 31  # points along each side, at which the loss is worked out
_LEVELS = 7
_SHORT = 8  # points of a line that is too short to be drawn
_CLOSER = 3
"""How much closer to each other the low levels are: valleys are narrow."""
_AROUND = 0.75
"""How much is seen on each side of the right path, in its own breadth."""


def ground_of(probe: Probe) -> Ground | None:
    """The right path and its surroundings; None where the probe's problem is no descent in two
    numbers, or one that leaves what can be drawn."""
    walk = probe.walk() if probe.walk else None
    if walk is None or walk.steps < 1:
        return None
    right = [(*walk.after(count), count) for count in counts_to(walk.steps)]
    if not all(map(drawable, (number for point in right for number in point))):
        return None
    names = probe.labels if len(probe.labels) == 2 else ("first number", "second number")
    across, upward = (
        _wider(range_of([point[axis] for point in right], room=0.0)) for axis in (0, 1)
    )
    return Ground(
        tuple(map(rounded, right)), (names[0], names[1]), _contours(walk.loss, across, upward)
    )


def _wider(over: Range) -> Range:
    edge = _AROUND * (over.high - over.low)
    return Range(over.low - edge, over.high + edge)


def _contours(
    loss: Callable[[float, float], float], across: Range, upward: Range
) -> tuple[tuple[Point, ...], ...]:
    """Lines of equal loss, the lower the closer to each other in height."""
    import contourpy
    import numpy as np

    columns, rows = (np.linspace(over.low, over.high, _GRID) for over in (across, upward))
    heights = np.array([[loss(float(x), float(y)) for x in columns] for y in rows])
    heights[~np.isfinite(heights) | (abs(heights) > 1e100)] = math.nan
    if np.isnan(heights).all() or np.nanmin(heights) == np.nanmax(heights):
        return ()
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    generator = contourpy.contour_generator(columns, rows, np.ma.masked_invalid(heights))
    lines: list[Any] = []
    for number in range(1, _LEVELS + 1):
        lines += generator.lines(low + (high - low) * (number / (_LEVELS + 1)) ** _CLOSER)
    return _few([[(float(x), float(y)) for x, y in line] for line in lines])


def _few(lines: list[list[tuple[float, float]]]) -> tuple[tuple[Point, ...], ...]:
    """The lines that are no crumbs, and of each every so many points, with both ends."""
    longest = sorted((line for line in lines if len(line) > _SHORT), key=len)[-MOST // _SHORT :]
    every = 1
    while sum(len(line[:-1:every]) + 1 for line in longest) > MOST:
        every += 1
    return tuple(
        tuple(rounded(point, 4) for point in (*line[:-1:every], line[-1]))
        for line in sorted(longest)
    )
