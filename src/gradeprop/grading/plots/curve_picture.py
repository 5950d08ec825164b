"""The picture of a function of one variable."""

from __future__ import annotations

import math

from gradeprop.gradients.comparison.render import number, pair
from gradeprop.grading.plots.axes import Axes, range_of
from gradeprop.grading.plots.svg import AXIS, EXPECTED, GOT, Sheet
from gradeprop.grading.plots.told import title_of, without_points
from gradeprop.grading.result.plot import Plot, Point
from gradeprop.wording import counted

__all__ = ["draw_curve"]

_WIDTH, _HEIGHT = 440, 300
_FEW = 25
"""Points of a series that have a mark, at most."""


def draw_curve(plot: Plot) -> Sheet:
    """Both curves over the argument; between the points of each there are straight lines."""
    sheet = Sheet(_WIDTH, _HEIGHT, title_of(plot), _described(plot))
    right, got = plot.expected, plot.got
    axes = Axes(
        (62, 52),
        _WIDTH - 78,
        _HEIGHT - 98,
        range_of([point[0] for point in right]),
        range_of([point[1] for point in right], [point[1] for point in got]),
    )
    sheet.key((62, 20), "expected", EXPECTED)
    sheet.key((180, 20), "got", GOT)
    axes.draw(sheet, plot.axes)
    marked = _marked(plot)
    expected_at = {point[0]: point for point in right}
    for point in got:
        if point[0] in marked:
            sheet.line([axes.place(point), axes.place(expected_at[point[0]])], AXIS, dashes="2 3")
    axes.series(sheet, right, EXPECTED, marked)
    axes.series(sheet, got, GOT, marked)
    if any(map(axes.beyond, got)):
        sheet.text((_WIDTH - 16, 20), "▲▼ beyond the picture", "end", colour=GOT.colour, size=11)
    return sheet


def _marked(plot: Plot) -> set[float]:
    """The arguments whose points have a mark: those that the check asks about, or a few of them."""
    asked = plot.asked or tuple(point[0] for point in plot.expected)
    return set(asked[:: math.ceil(len(asked) / _FEW)])


def _described(plot: Plot) -> str:
    over = plot.axes[0]
    right, got = plot.expected, {point[0]: point for point in plot.got}
    told = [
        f"{counted(len(plot.asked or right), 'point')} from {over} = {number(right[0][0])} to "
        f"{number(right[-1][0])}."
    ]
    worst = max(
        (point for point in right if point[0] in got),
        key=lambda point: abs(got[point[0]][1] - point[1]),
    )
    expected, mine = pair(worst[1], got[worst[0]][1])
    if expected == mine:  # the numbers of a plot have six digits
        return " ".join([*told, "They differ by less than can be seen.", *without_points(plot)])
    told.append(
        f"They differ most at {over} = {number(worst[0])}: expected {expected}, got {mine}."
    )
    told.append(_side(right, got))
    return " ".join([*filter(None, told), *without_points(plot)])


def _side(right: tuple[Point, ...], got: dict[float, Point]) -> str:
    """How the one curve lies to the other, where that can be said of all points."""
    gaps = [got[point[0]][1] - point[1] for point in right if point[0] in got]
    if len(gaps) < 2:
        return ""
    if all(gap > 0 for gap in gaps):
        return "What you got is above what was expected everywhere."
    if all(gap < 0 for gap in gaps):
        return "What you got is below what was expected everywhere."
    return ""
