"""What a function answers between the few points that a check asks about: a curve, where straight
lines between them would look like another function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import torch

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.resolve import Found, found_at
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.drawing import Drawing, Place, argument_at
from gradeprop.grading.plots.numbers import drawable, numbers_in, shape_of
from gradeprop.grading.result.plot import Plot, Point, Series, rounded
from gradeprop.session.interface import Ask, Call, Outcome, Returned

__all__ = ["Asking", "with_between"]

Asking: TypeAlias = "Callable[[Sequence[Ask]], Sequence[Outcome] | None]"
"""Asks further questions where the check was asked; None where that cannot be done."""


def with_between(plot: Plot, drawing: Drawing, script: Script, ask: Asking) -> Plot:
    """The curve with what lies between its points, where that is known and the student's function
    answers there, too; else as it is.

    Args:
        ask: the student's function is asked once more.
    """
    for number, right in drawing.between.items():
        handle = script.probes[number].handle
        call = script.asks[handle.ask]
        place = drawing.place(call) if isinstance(call, Call) else None
        if not isinstance(call, Call) or place is None or not _is_of(plot, drawing, call, place):
            continue
        longer = _at(call, place, [point[0] for point in right])
        outcome = next(iter(ask([longer]) or ()), None)
        found = found_at(handle, outcome, longer) if isinstance(outcome, Returned) else None
        if not isinstance(found, Found) or shape_of(found.value) != (len(right),):
            return plot
        return _filled(plot, right, numbers_in(found.value))
    return plot


def _is_of(plot: Plot, drawing: Drawing, call: Call, place: Place) -> bool:
    """Whether this call is what the plot shows."""
    asked = [rounded([number])[0] for number in sorted(numbers_in(argument_at(call, place)))]
    return plot.what == drawing.called(call, place) and asked == [x for x, _ in plot.expected]


def _at(call: Call, place: Place, where: list[float]) -> Call:
    """The same call with one long row of numbers in that place."""
    old = argument_at(call, place)
    assert isinstance(old, TensorState)
    row = replace(old, value=torch.tensor(where, dtype=old.value.dtype, device="cpu"), grad=None)
    if isinstance(place, str):
        return replace(call, keywords={**call.keywords, place: row})
    return replace(call, arguments=(*call.arguments[:place], row, *call.arguments[place + 1 :]))


def _filled(plot: Plot, right: tuple[Point, ...], got: list[float]) -> Plot:
    came = [(x, value) for (x, _), value in zip(right, got, strict=True) if drawable(value)]
    if not came:
        return plot
    return replace(
        plot,
        series=(
            Series("expected", tuple(map(rounded, right))),
            Series("got", tuple(map(rounded, came))),
        ),
        left_out=len(right) - len(came),
        asked=tuple(point[0] for point in plot.expected),
    )
