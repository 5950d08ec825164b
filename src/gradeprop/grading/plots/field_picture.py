"""The picture of a field: three times the same grid of arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gradeprop.grading.plots.svg import AXIS, EXPECTED, GOT, INK, Pen, Pixel, Sheet
from gradeprop.grading.plots.told import numbers, title_of, without_points
from gradeprop.grading.result.plot import Plot, Point
from gradeprop.wording import counted

__all__ = ["DIFFERENCE", "draw_field"]

Place = tuple[float, float]
Arrows = Mapping[Place, Point]

_PANEL = 168
_GAP = 26
_LEFT, _TOP = 40, 58
_LONGEST = 0.85
"""Of an arrow that was expected, in cells of the grid."""
_CUT = 1.5
"""Where a longer one is cut, in cells."""
DIFFERENCE = Pen("#6a1b9a")
_SAME = 1e-3
"""Arrows that differ by less than this share of the longest are the same."""


@dataclass(frozen=True)
class _Grid:
    """Where the squares of one panel are."""

    columns: list[float]
    rows: list[float]

    @property
    def cell(self) -> float:
        """Of a square, how wide and high."""
        return min(_PANEL / len(self.columns), _PANEL / len(self.rows), 60)

    def middle(self, left: float, place: Place) -> Pixel:
        """Of a square in the panel that begins at ``left``."""
        column, row = self.columns.index(place[0]), self.rows.index(place[1])
        return left + (column + 0.5) * self.cell, _TOP + (row + 0.5) * self.cell


def draw_field(plot: Plot) -> Sheet:
    """What was expected, what was got, and the one minus the other."""
    right, got = _arrows(plot.expected), _arrows(plot.got)
    longest = _longest(right) or _longest(got) or 1.0
    gaps = {at: _gap(got[at], right[at], _SAME * longest) for at in right if at in got}
    grid = _Grid(sorted({at[0] for at in right}), sorted({at[1] for at in right}))
    wide, high = grid.cell * len(grid.columns), grid.cell * len(grid.rows)
    width = max(_LEFT + 3 * (wide + _GAP), 400)
    words = _described(plot, right, got, gaps)
    sheet = Sheet(width, _TOP + high + 34, title_of(plot), words)
    times = _times(longest, _longest(gaps))
    names = ("expected", "got", "got − expected" + (f", × {times:g}" if times != 1 else ""))
    cut = max(_longest(got), times * _longest(gaps)) * _LONGEST > _CUT * longest
    for number, (name, arrows, pen, scale) in enumerate(
        (
            (names[0], right, EXPECTED, 1.0),
            (names[1], got, GOT, 1.0),
            (names[2], gaps, DIFFERENCE, times),
        )
    ):
        left = _LEFT + number * (wide + _GAP)
        _frame(sheet, grid, left, numbered=number == 0)
        sheet.text((left, 40), name, colour=pen.colour, bold=True)
        for at, arrow in arrows.items():
            unit = grid.cell * _LONGEST * scale / longest
            _arrow(sheet, grid.middle(left, at), arrow, unit, _CUT * grid.cell, pen)
    sheet.text((8, 18), plot.what, size=11)
    if cut:
        sheet.text((width - 8, 18), "a square at its tail: longer than drawn", "end", size=11)
    return sheet


def _arrows(points: tuple[Point, ...]) -> dict[Place, Point]:
    return {(point[0], point[1]): point[2:] for point in points}


def _gap(first: Point, second: Point, least: float) -> Point:
    """The one minus the other; nothing where that is less than anybody can see."""
    gap = tuple(one - other for one, other in zip(first, second, strict=True))
    return gap if math.hypot(*gap) > least else (0.0, 0.0)


def _longest(arrows: Arrows) -> float:
    return max((math.hypot(*arrow) for arrow in arrows.values()), default=0.0)


def _times(longest: float, gap: float) -> float:
    """How many times as long differences are drawn, a round number, so that they can be seen."""
    if longest * 1.2 < gap <= 4 * longest:
        return 0.5 if gap <= 2 * longest else 0.25
    if gap <= 0 or gap >= longest / 4:
        return 1
    power = 10.0 ** math.floor(math.log10(longest / gap))
    fits = [factor * power for factor in (1, 2, 5) if factor * power <= longest / gap * 1.0001]
    return float(f"{max(fits, default=power):.6g}")


def _frame(sheet: Sheet, grid: _Grid, left: float, *, numbered: bool) -> None:
    """The panel with its rows and columns; a large one has every other number only."""
    wide, high = grid.cell * len(grid.columns), grid.cell * len(grid.rows)
    sheet.box((left, _TOP), wide, high, AXIS)
    every = math.ceil(22 / grid.cell)
    for number, column in enumerate(grid.columns):
        if number % every == 0:
            x, _ = grid.middle(left, (column, grid.rows[0]))
            sheet.text((x, _TOP - 5), f"{column:g}", "middle", colour=AXIS, size=10)
    sheet.text((left + wide / 2, _TOP + high + 18), "column →", "middle", colour=INK, size=11)
    for number, row in enumerate(grid.rows if numbered else ()):
        if number % every == 0:
            _, y = grid.middle(left, (grid.columns[0], row))
            sheet.text((left - 5, y + 4), f"{row:g}", "end", colour=AXIS, size=10)
    if numbered:
        sheet.text((4, _TOP - 5), "row ↓", colour=INK, size=11)


def _arrow(sheet: Sheet, middle: Pixel, arrow: Point, unit: float, most: float, pen: Pen) -> None:
    """Around the middle of its square; a dot where there is none."""
    length = math.hypot(*arrow)
    drawn = min(length * unit, most)
    if drawn < 1:
        sheet.mark(middle, "circle", pen.colour, 1.5)
        return
    dx, dy = drawn * arrow[0] / length, drawn * arrow[1] / length
    tail = middle[0] - dx / 2, middle[1] - dy / 2
    head = min(7.0, 0.6 * drawn) / drawn
    neck = tail[0] + dx * (1 - head), tail[1] + dy * (1 - head)
    sheet.line([tail, neck], pen.colour, 1.6)
    sheet.triangle(neck, (dx * head, dy * head), pen.colour)
    if length * unit > most:
        sheet.mark(tail, "square", pen.colour, 2.5)


def _described(plot: Plot, right: Arrows, got: Arrows, gaps: Arrows) -> str:
    """How many squares are wrong, and the worst of them."""
    rows, columns = {at[1] for at in right}, {at[0] for at in right}
    wrong = [at for at, gap in gaps.items() if any(gap)]
    count = len(right) - len(gaps) + len(wrong)
    told = [
        f"Arrows on {counted(len(rows), 'row')} and {counted(len(columns), 'column')}: expected, "
        "got, and got minus expected.",
        f"{count} of {counted(len(right), 'arrow')} {'differs' if count == 1 else 'differ'}.",
    ]
    if wrong:
        worst = max(wrong, key=lambda at: math.hypot(*gaps[at]))
        told.append(
            f"The largest difference is in row {worst[1]:g}, column {worst[0]:g}: the slopes to "
            f"the next row and to the next column are {numbers(right[worst][::-1])} expected, "
            f"{numbers(got[worst][::-1])} got."
        )
    return " ".join([*told, *without_points(plot)])
