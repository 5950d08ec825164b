"""How a check's plot is to be made, as plain data that travels in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from gradeprop.gradients.comparison.render import render_value, shorten
from gradeprop.grading.checks.script import Probe
from gradeprop.grading.result.plot import Kind, Point
from gradeprop.session.interface import Argument, Call

__all__ = [
    "LONG",
    "Drawing",
    "Got",
    "Ground",
    "Place",
    "argument_at",
    "counts_to",
    "drawing_from_json",
    "places_in",
]

LONG = 60
"""Characters of a label at most."""
Place: TypeAlias = "int | str"
"""Where in a call an argument stands: its position or its keyword."""
Got: TypeAlias = Callable[[Probe], Any]
"""What came, by probe; an error if there is no such item."""


@dataclass(frozen=True)
class Ground:
    """What a path runs on: the ``right`` one (two numbers for each number of steps, from 0), the
    names of the two numbers, and lines along which the loss has one value."""

    right: tuple[Point, ...]
    names: tuple[str, str]
    contours: tuple[tuple[Point, ...], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A plot as it was declared, with what only the course knows.

    Attributes:
        over: the name of the argument that a curve is drawn over, or that counts a path's steps;
            None for a curve's first.
        parameters: of the functions that are called, by name, the names of their parameters.
        grounds: of a path, by the number of the probe.
        between: of a curve, by the number of the probe: (argument, right value), at the points that
            the check asks about and between them.
    """

    kind: Kind
    over: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grounds: Mapping[int, Ground] = field(default_factory=dict)
    between: Mapping[int, tuple[Point, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For the notebook; without what is empty."""
        grounds = [{"probe": probe, **asdict(item)} for probe, item in self.grounds.items()]
        between = [{"probe": probe, "right": item} for probe, item in self.between.items()]
        return {
            "kind": self.kind,
            **({"over": self.over} if self.over else {}),
            **({"parameters": dict(self.parameters)} if self.parameters else {}),
            **({"grounds": grounds} if grounds else {}),
            **({"between": between} if between else {}),
        }

    def place(self, call: Call) -> Place | None:
        """Where in this call the argument stands that the plot runs over: by position or keyword;
        None if it is not there."""
        names = self.parameters.get(call.name, ())
        if self.over is None:
            return 0 if call.arguments else next(iter(call.keywords), None)
        if self.over in call.keywords:
            return self.over
        position = names.index(self.over) if self.over in names else len(call.arguments)
        return position if position < len(call.arguments) else None

    def name_of(self, call: Call, place: Place) -> str:
        """What the argument there is called."""
        if isinstance(place, str):
            return place
        names = self.parameters.get(call.name, ())
        return names[place] if place < len(names) else f"argument {place + 1}"

    def called(self, call: Call, over: Place | None = None) -> str:
        """The call with the names of its arguments, and the values of those that are short and are
        not what it is drawn ``over``: ``f(x, h=0.5)``."""
        told = []
        for place in places_in(call):
            name, value = self.name_of(call, place), argument_at(call, place)
            short = isinstance(value, bool | int | float | str) and place != over
            told.append(f"{name}={render_value(value)}" if short else name)
        return shorten(f"{call.name}({', '.join(told)})", LONG)


def counts_to(steps: int) -> list[int]:
    """The numbers of steps that a path is drawn at: 0, 1, 2, 3, 4, 6, 9, …, half of them at most
    (of few: each), and all. Together the shorter ways cost little more than the whole one."""
    counts = [0]
    while counts[-1] < steps:
        counts.append(counts[-1] + max(1, counts[-1] // 2))
    few = [count for count in counts if count < steps and (count <= steps / 2 or steps <= 4)]
    return [*few, steps]


def places_in(call: Call) -> list[Place]:
    """Of all its arguments."""
    return [*range(len(call.arguments)), *call.keywords]


def argument_at(call: Call, place: Place) -> Argument:
    """What is passed there."""
    return call.keywords[place] if isinstance(place, str) else call.arguments[place]


def drawing_from_json(data: Mapping[str, Any]) -> Drawing:
    """Read what `Drawing.to_json` made."""
    names = {name: tuple(found) for name, found in data.get("parameters", {}).items()}
    grounds = {item["probe"]: _ground(item) for item in data.get("grounds", ())}
    between = {item["probe"]: _points(item["right"]) for item in data.get("between", ())}
    return Drawing(data["kind"], data.get("over"), names, grounds, between)


def _ground(data: Mapping[str, Any]) -> Ground:
    first, second = data["names"]
    return Ground(_points(data["right"]), (first, second), tuple(map(_points, data["contours"])))


def _points(data: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    return tuple(map(tuple, data))
