"""The plot of a check that has failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.resolving import resolved
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.between import Asking, with_between
from gradeprop.grading.plots.curve import curve_of
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.plots.field import field_of
from gradeprop.grading.plots.path import path_of
from gradeprop.grading.result.plot import Plot
from gradeprop.session.interface import Outcome, Returned

__all__ = ["Asking", "plotted"]


def plotted(
    drawing: Drawing,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    ask: Asking,
) -> Plot | None:
    """What there is to see of a wrong answer; None where a picture would not help: the check has
    not failed, the answer is not begun, something else came than values, or no number that could be
    drawn.

    Args:
        drawing: as declared for the check, which is public.
        script: what was asked and expected.
        outcomes: what came back, one for each ask.
        ask: called where a plot shows more than the check has asked about.
    """
    failed = judgement.status == "failed" and not judgement.not_begun
    if not failed or script.sealed or not all(isinstance(item, Returned) for item in outcomes):
        return None
    if drawing.kind == "path":
        return path_of(drawing, script, outcomes, ask)
    got = partial(resolved, script=script, outcomes=outcomes)
    if drawing.kind == "field":
        return field_of(drawing, script, got)
    plot = curve_of(drawing, script, got)
    return plot and with_between(plot, drawing, script, ask)
