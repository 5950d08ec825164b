"""From numbers to places on a sheet: a frame with round ticks, and what lies beyond it."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass

from gradeprop.grading.plots.svg import AXIS, FAINT, INK, Mark, Pen, Pixel, Sheet
from gradeprop.grading.result.plot import Point

__all__ = ["Axes", "Range", "range_of", "spelled", "ticks"]

_TICKS = 5


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``, which is greater."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where between them: 0 at ``low``, 1 at ``high``."""
        return (value - self.low) / (self.high - self.low)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def nearest(self, value: float) -> float:
        """The value itself, or the end that it lies beyond."""
        return min(max(value, self.low), self.high)


def range_of(right: Sequence[float], others: Sequence[float] = (), *, room: float = 3.0) -> Range:
    """What a picture should reach over: all that is right, and of the others what is not too far
    from it, so that a value of 1e30 leaves something to see.

    Args:
        room: how many times the breadth of what is right the others may be away from it.
    """
    low, high = min(right), max(right)
    breadth = high - low or max(abs(low), abs(high)) or 1.0
    near = Range(low - room * breadth, high + room * breadth)
    shown = [low, high, *map(near.nearest, others)]
    low, high = min(shown), max(shown)
    if low == high:
        low, high = low - breadth / 2, high + breadth / 2
    edge = 0.06 * (high - low)
    return Range(low - edge, high + edge)


def ticks(over: Range, most: int = _TICKS) -> list[float]:
    """Round numbers within a range, about as many: multiples of 1, 2 or 5 times a power of 10."""
    rough = (over.high - over.low) / most
    power: float = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(over.low / step - 1e-9)
    last = math.floor(over.high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def spelled(value: float) -> str:
    """A number on an axis, with a proper minus sign."""
    return f"{value + 0.0:.4g}".replace("-", "−").replace("e+", "e")


@dataclass(frozen=True)
class Axes:
    """A frame on a sheet, ``corner`` being its upper left one."""

    corner: Pixel
    width: float
    height: float
    across: Range
    upward: Range

    def place(self, point: Point) -> Pixel:
        """Where a point lies, or the place on the frame that is nearest to it."""
        x, y = self.across.nearest(point[0]), self.upward.nearest(point[1])
        left, top = self.corner
        return (
            left + self.width * self.across.share(x),
            top + self.height * (1 - self.upward.share(y)),
        )

    def draw(self, sheet: Sheet, names: tuple[str, str]) -> None:
        """The frame, its ticks, and the names of what runs to the right and upwards."""
        left, top = self.corner
        bottom, right = top + self.height, left + self.width
        for value in ticks(self.across):
            x, _ = self.place((value, self.upward.low))
            sheet.line([(x, top), (x, bottom)], FAINT)
            sheet.text((x, bottom + 16), spelled(value), "middle", colour=AXIS, size=11)
        for value in ticks(self.upward):
            _, y = self.place((self.across.low, value))
            sheet.line([(left, y), (right, y)], FAINT)
            sheet.text((left - 6, y + 4), spelled(value), "end", colour=AXIS, size=11)
        sheet.box(self.corner, self.width, self.height, AXIS)
        sheet.text((left + self.width / 2, bottom + 33), names[0], "middle", colour=INK)
        sheet.text((8, top - 9), names[1], colour=INK)

    def series(
        self,
        sheet: Sheet,
        points: Sequence[Point],
        pen: Pen,
        marked: Container[float] | None = None,
    ) -> None:
        """Points joined in their order, those ``marked`` by what runs to the right with a mark, all
        by default; one beyond the frame is a triangle at its edge."""
        sheet.series([self.place(point) for point in points], pen, marks=False)
        for point in points:
            beyond = self.beyond(point)
            if marked is None or point[0] in marked:
                sheet.mark(self.place(point), beyond or pen.mark, pen.colour)

    def beyond(self, point: Point) -> Mark | None:
        """On which side of the frame a point lies; None if within."""
        if not self.upward.holds(point[1]):
            return "up" if point[1] > self.upward.high else "down"
        if not self.across.holds(point[0]):
            return "right" if point[0] > self.across.high else "left"
        return None
