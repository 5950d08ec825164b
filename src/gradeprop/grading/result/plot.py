"""A plot as numbers: what was expected and what came, few enough to travel in a result."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["curve", "field", "path"]
Point: TypeAlias = tuple[float, ...]

MOST = 200
"""Points of one plot at most, of all its series together; of its contours again as many."""


@dataclass(frozen=True)
class Series:
    """The points of what was ``expected``, or of what was ``got``.

    Each point is: of a curve (argument, value); of a field (column, row, slope from column to
    column, slope from row to row); of a path (first number, second number, steps taken).
    """

    name: Literal["expected", "got"]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Plot:
    """What there is to draw.

    Attributes:
        what: the value that is plotted, as a student would write it.
        axes: what runs to the right, and what runs upwards (of a field: downwards).
        series: first what was expected, then what was got.
        left_out: how many of the values that came are no finite numbers and have no point.
        asked: of a curve with more points than the check asks about, the arguments of these.
        contours: of a path, lines along which the loss has one value.
    """

    kind: Kind
    what: str
    axes: tuple[str, str]
    series: tuple[Series, ...]
    left_out: int = 0
    contours: tuple[tuple[Point, ...], ...] = ()
    asked: Point = ()

    @property
    def expected(self) -> tuple[Point, ...]:
        """The points of what was expected."""
        return self.series[0].points

    @property
    def got(self) -> tuple[Point, ...]:
        """The points of what was got."""
        return self.series[1].points


def rounded(numbers: Iterable[float], digits: int = 6) -> Point:
    """A point with more digits than anybody can see."""
    return tuple(float(f"{number:.{digits}g}") for number in numbers)


def plot_from_json(data: dict[str, Any]) -> Plot:
    """Read what ``dataclasses.asdict`` made of a plot, also by way of JSON.

    Raises:
        ValueError: it is none, or too large to have been made here.
    """
    try:
        series = tuple(Series(item["name"], _points(item["points"])) for item in data["series"])
        contours = tuple(_points(line) for line in data["contours"])
        across, along = data["axes"]
        (asked,) = _points([data["asked"]])
        plot = Plot(
            data["kind"], data["what"], (across, along), series, data["left_out"], contours, asked
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"not a plot: {error}") from error
    sizes = sum(len(item.points) for item in series), sum(map(len, contours)), len(asked)
    if [item.name for item in series] != ["expected", "got"] or max(sizes) > MOST:
        raise ValueError("not a plot: expected and got, of few points")
    return plot


def _points(data: Any) -> tuple[Point, ...]:
    points = tuple(tuple(float(number) for number in point) for point in data)
    if not all(math.isfinite(number) for point in points for number in point):
        raise ValueError("a point that is no finite number")
    return points
