"""While several causes fit, further questions tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.between import Asking
from gradeprop.grading.run.question import Question
from gradeprop.session.interface import Outcome, only_reads

__all__ = ["told_apart"]

PROBES_AGAIN = 3
"""How often a check is asked again on fresh inputs when two causes fit."""
Judging: TypeAlias = Callable[[Script, Sequence[Outcome], Sequence[Observation]], Judgement]


def told_apart(
    question: Question,
    judgement: Judgement,
    ask: Asking,
    judged: Judging,
    away: Callable[[], AbstractContextManager[None]],
) -> Judgement:
    """The judgement, with those of its causes that also explain what fresh inputs give.

    Args:
        judged: of further questions, with what was seen before.
        away: what to be in while student code is asked.
    """
    for attempt in range(1, PROBES_AGAIN + 1):
        if len(judgement.misconceptions) <= 1:
            break
        script = question.write(attempt)
        if only_reads(script.asks):
            break  # a name has one value, however often it is read
        with away():
            outcomes = ask(script.asks)
        if outcomes is None:
            break
        fresh = judged(script, outcomes, judgement.observations)
        if not fresh.observations:
            break
        judgement = judgement.narrowed_by(fresh)
    return judgement
