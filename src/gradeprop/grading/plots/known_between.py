"""What is right between the few points that a check asks about, worked out where the grader's own
problem is at hand: at build, and where hand-ins are graded."""

from __future__ import annotations

import torch

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.plots.drawing import Drawing, argument_at
from gradeprop.grading.plots.numbers import drawable, numbers_in, shape_of
from gradeprop.grading.result.plot import Point
from gradeprop.session.interface import Call

__all__ = ["between_of"]

_FEW = 20
"""Points of a check; with more of them a curve is smooth by itself."""
_EVENLY = 33
_NEAR = 1e-3


def between_of(drawing: Drawing, script: Script, probe: Probe) -> tuple[Point, ...]:
    """(argument, right value) from the first to the last of a check's few points, these included;
    none where the problem cannot tell, or where a value depends on more than its own argument."""
    call = script.asks[probe.handle.ask]
    place = drawing.place(call) if isinstance(call, Call) else None
    if not isinstance(call, Call) or place is None or probe.elsewhere is None:
        return ()
    argument = argument_at(call, place)
    at = numbers_in(argument)
    if not isinstance(argument, TensorState) or not 2 <= len(at) <= _FEW or min(at) == max(at):
        return ()
    evenly = torch.linspace(min(at), max(at), _EVENLY, dtype=torch.float64, device="cpu")
    where = sorted({*evenly.to(argument.value.dtype).tolist(), *at})
    asked = torch.tensor(where, dtype=argument.value.dtype, device="cpu")
    right = probe.elsewhere(asked)
    if shape_of(right) != (len(where),):
        return ()
    known = dict(zip(where, numbers_in(right), strict=True))
    own = list(zip(at, numbers_in(probe.answer), strict=False))
    scale = max((abs(value) for _, value in own), default=0.0)
    if len(own) < len(at) or any(abs(known[x] - value) > _NEAR * scale for x, value in own):
        return ()
    return tuple((x, value) for x, value in known.items() if drawable(value))
