"""From a check to the arrows of a field on a grid."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from gradeprop.gradients.comparison.render import shorten
from gradeprop.grading.checks.resolve import path_text
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.plots.drawing import LONG, Drawing, Got
from gradeprop.grading.plots.numbers import drawable, items_of, numbers_in, shape_of, spread
from gradeprop.grading.result.plot import MOST, Plot, Point, Series, rounded
from gradeprop.session.interface import Ask, Call

__all__ = ["field_of"]

_SEEN = 1e-3
"""Arrows that differ by less than this share of the longest are the same."""
_CELLS = MOST // 3


def field_of(drawing: Drawing, script: Script, got: Got) -> Plot | None:
    """The first field of which something is wrong and something can be drawn; None if there is
    none.

    Args:
        got: what came, by probe.
    """
    found = (_plot(drawing, probe, script, got(probe)) for probe in script.probes)
    return next(filter(None, found), None)


def _plot(drawing: Drawing, probe: Probe, script: Script, got: Any) -> Plot | None:
    right = _arrows(probe.answer)
    mine = _arrows(got)
    if right is None or mine is None or set(right) != set(mine):
        return None
    arrows = {at: arrow for at, arrow in right.items() if all(map(drawable, arrow))}
    came = {at: arrow for at, arrow in mine.items() if all(map(drawable, arrow))}
    longest = max((math.hypot(*arrow) for arrow in arrows.values()), default=0.0) or 1.0
    wrong = [
        at
        for at, arrow in arrows.items()
        if at not in came or math.dist(arrow, came[at]) > _SEEN * longest
    ]
    if not wrong or not any(at in came for at in arrows):
        return None
    worst = max(wrong, key=lambda at: math.dist(arrows[at], came[at]) if at in came else 0.0)
    shown = [at for at in _chosen(arrows, worst) if at in arrows]
    return Plot(
        "field",
        _what(drawing, probe, script.asks[probe.handle.ask]),
        ("column", "row"),
        (
            Series("expected", tuple(rounded((*at, *arrows[at])) for at in shown)),
            Series("got", tuple(rounded((*at, *came[at])) for at in shown if at in came)),
        ),
        left_out=sum(at not in came for at in shown),
    )


def _what(drawing: Drawing, probe: Probe, ask: Ask) -> str:
    if isinstance(ask, Call) and not probe.handle.path:
        return drawing.called(ask)
    return shorten(path_text(probe.handle, ask, 0), LONG)


def _arrows(value: Any) -> dict[tuple[int, int], Point] | None:
    """By column and row, the slopes from column to column and from row to row."""
    pair = items_of(value)
    shape = shape_of(pair[0]) if len(pair) == 2 else None
    if shape is None or len(shape) != 2 or shape_of(pair[1]) != shape:
        return None
    down, along = map(numbers_in, pair)
    places = [(column, row) for row in range(shape[0]) for column in range(shape[1])]
    return dict(zip(places, zip(along, down, strict=True), strict=True))


def _chosen(arrows: Collection[tuple[int, int]], must: tuple[int, int]) -> list[tuple[int, int]]:
    """Few enough places of the grid: its edges and rows and columns between them, that of ``must``
    among them."""
    across, down = (1 + max(at[axis] for at in arrows) for axis in (0, 1))
    columns, rows = across, down
    while columns * rows > _CELLS:
        columns, rows = (columns - 1, rows) if columns > rows else (columns, rows - 1)
    return [(x, y) for y in spread(down, rows, must[1]) for x in spread(across, columns, must[0])]
