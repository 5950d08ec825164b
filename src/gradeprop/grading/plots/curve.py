"""From a check to the curves of a function of one variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.plots.drawing import Drawing, Got, argument_at, places_in
from gradeprop.grading.plots.numbers import drawable, items_of, numbers_in, shape_of, spread
from gradeprop.grading.result.plot import MOST, Plot, Series, rounded
from gradeprop.session.interface import Argument, Call

__all__ = ["curve_of"]

_SEEN = 0.01
"""Two curves that are nearer to each other than this share of the height look like one."""


_Place: TypeAlias = "tuple[float, float, float | None]"
"""The argument, what is right there, and what came."""


@dataclass
class _Group:
    """What belongs in one picture: (argument, expected, got) of calls that differ in it alone."""

    what: str
    over: str
    places: list[_Place] = field(default_factory=list)


def curve_of(drawing: Drawing, script: Script, got: Got) -> Plot | None:
    """The first function of which something wrong can be seen; None if there is none.

    Args:
        got: what came, by probe.
    """
    groups: dict[object, _Group] = {}
    for probe in script.probes:
        for key, label, item, mine in _items(probe, got(probe)):
            _add(groups, drawing, script, probe, key, label, item, mine)
    return next(filter(None, map(_plot, groups.values())), None)


def _items(probe: Probe, got: Any) -> Iterator[tuple[object, str, Any, Any]]:
    """(key, label, expected, got) of a value, or of each item of several."""
    right = items_of(probe.answer)
    if not right:
        yield probe.handle.path, "", probe.answer, got
        return
    mine = items_of(got)
    names = probe.answer if isinstance(probe.answer, dict) else probe.labels
    labels = [*names] if len(names) == len(right) else [f"item {n}" for n, _ in enumerate(right, 1)]
    for number, (label, item) in enumerate(zip(labels, right, strict=True)):
        found = mine[number] if len(mine) == len(right) else None
        yield (probe.handle.path, number), label, item, found


def _add(
    groups: dict[object, _Group],
    drawing: Drawing,
    script: Script,
    probe: Probe,
    key: object,
    label: str,
    right: Any,
    mine: Any,
) -> None:
    call = script.asks[probe.handle.ask]
    place = drawing.place(call) if isinstance(call, Call) else None
    if not isinstance(call, Call) or place is None or probe.expected is not None:
        return
    argument = argument_at(call, place)
    if shape_of(right) is None or shape_of(argument) != shape_of(right):
        return
    others = (each for each in places_in(call) if each != place)
    same = tuple((each, _told_apart(argument_at(call, each))) for each in others)
    what = drawing.called(call, place)
    group = groups.setdefault(
        (call.name, key, same),
        _Group(f"{label} of {what}" if label else what, drawing.name_of(call, place)),
    )
    got: list[float | None] = [*numbers_in(mine)] if shape_of(mine) == shape_of(right) else []
    at, expected = numbers_in(argument), numbers_in(right)
    group.places += zip(at, expected, got or [None] * len(at), strict=True)


def _told_apart(value: Argument) -> object:
    """What two arguments that are the same have in common."""
    if isinstance(value, TensorState):
        return str(value.value.dtype), shape_of(value), *map(str, numbers_in(value))
    return repr(value)


def _plot(group: _Group) -> Plot | None:
    places = sorted(
        (place for place in group.places if drawable(place[0]) and drawable(place[1])),
        key=lambda place: place[0],
    )
    if len({at for at, _, _ in places}) < 2:
        return None
    came = [place for place in places if place[2] is not None and drawable(place[2])]
    if not came or not _differs(places):
        return None
    worst = max(range(len(places)), key=lambda number: _gap(places[number]))
    places = [places[number] for number in spread(len(places), MOST // 2, worst)]
    return Plot(
        "curve",
        group.what,
        (group.over, group.what),
        (
            Series("expected", tuple(rounded((at, right)) for at, right, _ in places)),
            Series(
                "got",
                tuple(
                    rounded((at, got)) for at, _, got in places if got is not None and drawable(got)
                ),
            ),
        ),
        left_out=sum(got is not None and not drawable(got) for _, _, got in places),
    )


def _differs(places: Sequence[_Place]) -> bool:
    """Whether anybody can see it."""
    values = [right for _, right, _ in places]
    height = max(values) - min(values) or max(map(abs, values)) or 1.0
    missing = any(got is None or not drawable(got) for _, _, got in places)
    return missing or max(map(_gap, places)) > _SEEN * height


def _gap(place: _Place) -> float:
    """How far what came is from what is right; 0 where it cannot be drawn."""
    _, right, got = place
    return 0.0 if got is None or not drawable(got) else abs(got - right)
