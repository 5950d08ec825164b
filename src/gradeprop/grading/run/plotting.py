"""A submission's wrong answer to a public check, with the plot that the check declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from weakref import WeakKeyDictionary

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.between import Asking
from gradeprop.grading.plots.declared import drawing_of
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.plots.plotted import plotted
from gradeprop.grading.run.question import Question
from gradeprop.session.interface import Outcome

__all__ = ["with_plot"]

# By what a public check asks, which is written down once for all hand-ins: what a path runs on
# takes as long to work out as a whole hand-in takes to grade.
_KNOWN: WeakKeyDictionary[Script, Drawing | None] = WeakKeyDictionary()


def with_plot(
    question: Question,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    ask: Asking,
    away: Callable[[], AbstractContextManager[None]],
) -> Judgement:
    """The judgement as it is, or with a plot: of a public check that shows numbers and has failed.

    Args:
        outcomes: what came back on the check's own questions.
        ask: asks further ones, if the plot needs any.
        away: what to be in while student code is asked.
    """
    site = question.site
    shows = site.check.public and site.part.reveals(site.check) == "numbers"
    if not shows or site.check.plot is None or judgement.status != "failed":
        return judgement
    script = question.script
    if script not in _KNOWN:
        _KNOWN[script] = drawing_of(site.exercise, site.check, script)
    drawing = _KNOWN[script]
    assert drawing is not None
    with away():
        return replace(judgement, plot=plotted(drawing, script, outcomes, judgement, ask))
