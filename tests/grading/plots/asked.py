"""A check as a grader writes it, asked of functions in this process, and its plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.plots.plotted import plotted
from gradeprop.grading.result.plot import Plot
from gradeprop.session.kernel import KernelSession

Write = Callable[[Any, Any], None]

SQUARE = Drawing("curve", None, {"d_square": ("w",)})
ROOM = Drawing("field", None, {"room": ("temps", "spacing")})


def script_of(write: Write) -> Script:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    write(student, reference)
    return Script(tuple(student.asks), tuple(reference.probes))


def plot_of(drawing: Drawing, write: Write, names: Mapping[str, Any]) -> Plot | None:
    """What there is to see when these names are the student's."""
    script = script_of(write)
    with KernelSession(dict(names)) as session:
        outcomes = session.ask(script.asks)
        judgement = judge(script, outcomes, public=True, declared={})
        return plotted(drawing, script, outcomes, judgement, session.ask)


def seen(drawing: Drawing, write: Write, names: Mapping[str, Any]) -> Plot:
    """The plot, which there must be."""
    plot = plot_of(drawing, write, names)
    assert plot is not None
    return plot
