"""The picture of a descent in two numbers, on lines of equal loss."""

from __future__ import annotations

import math

from gradeprop.grading.plots.axes import Axes, Range, range_of
from gradeprop.grading.plots.svg import EXPECTED, GOT, INK, Pixel, Sheet
from gradeprop.grading.plots.told import numbers, title_of, without_points
from gradeprop.grading.result.plot import Plot
from gradeprop.wording import counted

__all__ = ["draw_path"]

_WIDTH, _HEIGHT = 440, 370
_CONTOUR = "#8a8a8a"
_SEEN = 0.01
"""Places that are nearer to each other than this share of the way look like one."""


def draw_path(plot: Plot) -> Sheet:
    """Both paths from their common start, with a mark for each number of steps asked about."""
    sheet = Sheet(_WIDTH, _HEIGHT, title_of(plot), _described(plot))
    axes = Axes((62, 52), _WIDTH - 78, _HEIGHT - 98, _range(plot, 0), _range(plot, 1))
    sheet.key((62, 20), "expected", EXPECTED)
    sheet.key((180, 20), "got", GOT)
    axes.draw(sheet, plot.axes)
    for line in plot.contours:
        sheet.line([axes.place(point) for point in line], _CONTOUR)
    if plot.contours:
        sheet.text((_WIDTH - 16, 38), "grey lines: equal loss", "end", size=11)
    axes.series(sheet, plot.expected, EXPECTED)
    axes.series(sheet, plot.got, GOT)
    _start(sheet, axes.place(plot.expected[0]), axes.place(plot.expected[1]))
    if any(map(axes.beyond, plot.got)):
        sheet.text((_WIDTH - 16, 20), "▲▼ beyond the picture", "end", colour=GOT.colour, size=11)
    return sheet


def _range(plot: Plot, axis: int) -> Range:
    """As far as the lines of equal loss go; without them as far as the right path and beyond."""
    right = [point[axis] for point in plot.expected]
    ground = [*right, *(point[axis] for line in plot.contours for point in line)]
    low, high = min(ground), max(ground)
    if plot.contours and low < high:
        return Range(low, high)
    return range_of(right, [point[axis] for point in plot.got], room=1.0)


def _start(sheet: Sheet, at: Pixel, following: Pixel) -> None:
    """A ring where both begin, and its name beside the way that the right path takes."""
    sheet.ring(at, INK)
    dx, dy = following[0] - at[0], following[1] - at[1]
    aside = 12 / (math.hypot(dx, dy) or 1.0)
    where = at[0] + aside * dy, at[1] - aside * dx + 4
    sheet.text(where, "start", "end" if dy < 0 else "start", size=11)


def _described(plot: Plot) -> str:
    right, got = plot.expected, {point[2]: point[:2] for point in plot.got}
    way = math.dist(right[0][:2], right[-1][:2]) or 1.0
    told = [f"Both begin at ({', '.join(plot.axes)}) = {numbers(right[0][:2])}."]
    apart = [
        point
        for point in right
        if point[2] in got and math.dist(point[:2], got[point[2]]) > _SEEN * way
    ]
    for point in dict.fromkeys((*apart[:1], *apart[-1:])):
        told.append(
            f"After {counted(int(point[2]), 'step')}: expected {numbers(point[:2])}, got "
            f"{numbers(got[point[2]])}."
        )
    return " ".join([*told, *without_points(plot)])
