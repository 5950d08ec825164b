"""From what an exercise says of a check's plot to how it is drawn: the instructor's side."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from gradeprop.course.python_source import parse_python
from gradeprop.gradients.answer import Answer, mapped
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.plots.curve import curve_of
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.plots.field import field_of
from gradeprop.grading.plots.grounds import ground_of
from gradeprop.grading.plots.known_between import between_of
from gradeprop.grading.plots.path import steps_at
from gradeprop.session.interface import Call

if TYPE_CHECKING:
    from gradeprop.course.model import Check, LoadedExercise

__all__ = ["drawing_of", "why_not_drawn"]


def drawing_of(exercise: LoadedExercise, check: Check, script: Script) -> Drawing | None:
    """How the check's plot is drawn; None where it declares none."""
    plot = check.plot
    if plot is None:
        return None
    called = {ask.name for ask in script.asks if isinstance(ask, Call)}
    known = _parameters(exercise)
    names = {name: known[name] for name in sorted(called & known.keys())}
    over = plot.over if plot.kind == "curve" else plot.steps or "steps"
    drawing = Drawing(plot.kind, None if plot.kind == "field" else over, names)
    if plot.kind == "curve":
        between = {n: between_of(drawing, script, it) for n, it in enumerate(script.probes)}
        return replace(drawing, between={n: points for n, points in between.items() if points})
    if plot.kind == "path":
        grounds = {n: ground_of(probe) for n, probe in enumerate(script.probes)}
        return replace(drawing, grounds={n: ground for n, ground in grounds.items() if ground})
    return drawing


def why_not_drawn(exercise: LoadedExercise, check: Check, script: Script) -> str | None:
    """Why no wrong answer could ever be drawn, with a remedy; None if one could, or no plot is
    declared."""
    drawing = drawing_of(exercise, check, script)
    if drawing is None:
        return None
    why = _why_nothing(drawing, script)
    return why and f"the plot of {check.check} can never be drawn: {why}; mend plot or delete it"


def _why_nothing(drawing: Drawing, script: Script) -> str | None:

    def wrong(probe: Probe) -> Answer:
        return mapped(probe.answer, lambda item: 2 * item + 1, lambda item: 2 * item + 1)

    if drawing.kind == "curve" and curve_of(drawing, script, wrong) is None:
        over = f"the argument {drawing.over}" if drawing.over else "its first argument"
        return (
            f"no function is called at two or more numbers, as {over}, and answers one number for "
            "each"
        )
    if drawing.kind == "field" and field_of(drawing, script, wrong) is None:
        return "nothing that is expected is a pair of matrices of one shape"
    if drawing.kind == "path":
        calls = [script.asks[script.probes[number].handle.ask] for number in drawing.grounds]
        if not calls:
            return "nothing that is expected is a Descent that fits two numbers and returns them"
        if not any(isinstance(call, Call) and steps_at(drawing, call) for call in calls):
            return f"no argument {drawing.over} says how many steps are taken"
    return None


def _parameters(exercise: LoadedExercise) -> dict[str, tuple[str, ...]]:
    """By function, the names that the solution gives to what is passed by position."""
    sources = [exercise.spec.given or "", *(part.given or "" for part in exercise.spec.parts)]
    found: dict[str, tuple[str, ...]] = {}
    for source in (*sources, *exercise.solution.values()):
        tree, _ = parse_python(source)
        for node in tree.body if tree else ():
            if isinstance(node, ast.FunctionDef):
                arguments = (*node.args.posonlyargs, *node.args.args)
                found[node.name] = tuple(item.arg for item in arguments)
    return found
