"""From a check to the path of a descent: the student's function is asked for fewer steps, too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.resolve import Found, found_at
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.between import Asking
from gradeprop.grading.plots.drawing import Drawing, Ground, argument_at
from gradeprop.grading.plots.numbers import drawable, items_of, numbers_in
from gradeprop.grading.result.plot import Plot, Point, Series, rounded
from gradeprop.session.interface import Ask, Call, Outcome, Returned

__all__ = ["path_of", "steps_at"]

_SEEN = 0.01
"""Ends of two paths that are nearer to each other than this share of the way look like one."""


def path_of(
    drawing: Drawing, script: Script, outcomes: Sequence[Outcome], ask: Asking
) -> Plot | None:
    """The longest of the descents that end elsewhere; None if there is none to draw.

    Args:
        outcomes: every one of them came back with a value.
        ask: the student's function is asked where it is after fewer steps.
    """
    wrong = []
    for probe, ground in drawing.grounds.items():
        handle = script.probes[probe].handle
        call = script.asks[handle.ask]
        end = _place(handle, outcomes[handle.ask], call)
        if isinstance(call, Call) and steps_at(drawing, call) and _elsewhere(ground, end):
            wrong.append((ground, handle, call, end))
    if not wrong:
        return None
    ground, handle, call, end = max(wrong, key=lambda item: len(item[0].right))
    # From the last of them on it is known; all descents begin at the same place.
    counts = [int(point[2]) for point in ground.right[1:-1]]
    shorter = [_with_steps(drawing, call, count) for count in counts]
    told = ask(shorter) if shorter else ()
    came = [_place(handle, outcome, call) for outcome in told or ()]
    if len(came) != len(counts):
        came = [None] * len(counts)
    got = [ground.right[0]]
    missing = 0
    for place, count in zip([*came, end], [*counts, ground.right[-1][2]], strict=True):
        if place is not None and all(map(drawable, place)):
            got.append((*place, count))
        elif place is not None:
            missing += 1
    if len(got) < 2:
        return None
    return Plot(
        "path",
        drawing.called(call),
        ground.names,
        (Series("expected", ground.right), Series("got", tuple(map(rounded, got)))),
        missing,
        ground.contours,
    )


def steps_at(drawing: Drawing, call: Call) -> int:
    """How many steps the call asks for; 0 where that is not said."""
    place = drawing.place(call)
    steps = None if place is None else argument_at(call, place)
    return steps if isinstance(steps, int) and not isinstance(steps, bool) else 0


def _with_steps(drawing: Drawing, call: Call, count: int) -> Call:
    place = drawing.place(call)
    if isinstance(place, str):
        return replace(call, keywords={**call.keywords, place: count})
    arguments = list(call.arguments)
    arguments[place or 0] = count
    return replace(call, arguments=tuple(arguments))


def _place(handle: Handle, outcome: Outcome, ask: Ask) -> Point | None:
    """The two numbers that came; None where something else did."""
    found = found_at(handle, outcome, ask) if isinstance(outcome, Returned) else None
    if not isinstance(found, Found):
        return None
    items = items_of(found.value) or [found.value]
    if len(items) > 2:
        return None
    numbers = [number for item in items for number in numbers_in(item)]
    return tuple(numbers) if len(numbers) == 2 else None


def _elsewhere(ground: Ground, end: Point | None) -> bool:
    """Whether a path that ends there is to be shown."""
    if end is None:
        return False
    breadth = max(
        max(point[axis] for point in ground.right) - min(point[axis] for point in ground.right)
        for axis in (0, 1)
    )
    return not all(map(drawable, end)) or math.dist(end, ground.right[-1][:2]) > _SEEN * breadth
