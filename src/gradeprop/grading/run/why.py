"""Why a wrong answer has no cause, for whoever writes the grader: what fits equally, and on which
inputs it would not; or what comes nearest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, TypeAlias

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import as_value, matches
from gradeprop.gradients.comparison.render import render_value
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.expression import expression
from gradeprop.grading.checks.judge import question_of
from gradeprop.grading.checks.judgement import Judgement, Why
from gradeprop.grading.checks.sampled import given
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.run.explaining import fits_as_given_only
from gradeprop.grading.run.samples import Samples
from gradeprop.session.interface import Argument, Ask, Call, Outcome, Raised, Returned, Run

__all__ = ["why_not_declared"]

_Variant: TypeAlias = Sequence[Answer]
"""What a misconception would have given, probe by probe."""
_Change: TypeAlias = Callable[[float], float]

_CHANGES: Final[tuple[_Change, ...]] = (
    lambda number: 2 * number,
    lambda number: number + 1,
    lambda number: -number,
    lambda number: number / 2,
)


@dataclass(frozen=True)
class _Asked:
    """A check with what is needed to ask its samples."""

    samples: Samples
    site: CheckSite
    device: str
    script: Script

    def outcomes(self, misconception: str, script: Script) -> Sequence[Outcome]:
        """What the misconception's first sample answers."""
        return self.samples.of(self.site.place, misconception, self.device, script)[0]


def why_not_declared(
    samples: Samples,
    site: CheckSite,
    device: str,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    plain: Judgement,
) -> Why | None:
    """Why no cause that the exercise declares explains a wrong answer; None if one does, or where
    there is nothing to say.

    Args:
        script, outcomes: what was asked, and what came.
        judgement: of the answer.
        plain: what it is without samples.
    """
    if judgement.misconception is None:
        return why_no_cause(samples, site, device, script, judgement)
    if fits_as_given_only(samples, site, device, script, outcomes, plain):
        return Why(
            f"it is called {judgement.misconception} only because it is what was given to be "
            "mended; none of the faults that are declared gives this by itself, nor two of them"
        )
    return None


def why_no_cause(
    samples: Samples, site: CheckSite, device: str, script: Script, judgement: Judgement
) -> Why | None:
    """Why the judgement names no cause; None if it does, or where there is nothing to say.

    Args:
        script: what was asked.
        judgement: of a value that is wrong.
    """
    if judgement.status != "failed" or judgement.misconception or not judgement.observations:
        return None
    asked = _Asked(samples, site, device, script)
    if len(judgement.misconceptions) > 1:
        return Why(_equal(asked, judgement.misconceptions))
    return _nearest(asked, judgement.observations)


def _equal(asked: _Asked, causes: Sequence[str]) -> str:
    said = f"{' and '.join(causes)} fit equally: they give the same on every input that was asked"
    found = next(filter(None, (_apart(asked, *pair) for pair in combinations(causes, 2))), None)
    if found is None:
        return f"{said}, and on others that were tried; are they two names for one mistake?"
    return f"{said}. {found}: ask there, too"


def _apart(asked: _Asked, one: str, other: str) -> str | None:
    """Where the samples of two misconceptions differ."""
    for changed in _changed_scripts(asked.script):
        answers = zip(
            changed.asks,
            asked.outcomes(one, changed),
            asked.outcomes(other, changed),
            strict=True,
        )
        for ask, mine, theirs in answers:
            if _text(mine) != _text(theirs):
                return (
                    f"They differ at {expression(ask)}, where {one} gives {_text(mine)} and"
                    f" {other} gives {_text(theirs)}"
                )
    return None


def _changed_scripts(script: Script) -> Iterator[Script]:
    """The same questions on other inputs: all numbers changed alike, then one argument's alone."""
    if not any(isinstance(ask, Call | Run) for ask in script.asks):
        return
    for change in _CHANGES:
        yield replace(script, asks=tuple(_changed_ask(ask, change, None) for ask in script.asks))
    most = max(len(ask.arguments) for ask in script.asks if isinstance(ask, Call | Run))
    for position in range(most if most > 1 else 0):
        for change in _CHANGES:
            asks = tuple(_changed_ask(ask, change, position) for ask in script.asks)
            yield replace(script, asks=asks)


def _changed_ask(ask: Ask, change: _Change, position: int | None) -> Ask:
    if not isinstance(ask, Call | Run):
        return ask
    arguments = tuple(
        _changed_value(item, change) if position in (None, number) else item
        for number, item in enumerate(ask.arguments)
    )
    keywords = ask.keywords
    if position is None:
        keywords = {name: _changed_value(item, change) for name, item in keywords.items()}
    return replace(ask, arguments=arguments, keywords=keywords)


def _changed_value(value: Argument, change: _Change) -> Argument:
    if isinstance(value, TensorState) and value.value.dtype.is_floating_point:
        changed = torch.tensor([change(item) for item in value.value.flatten().tolist()])
        return replace(value, value=changed.to(value.value.dtype).reshape(value.value.shape))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return max(1, round(change(value))) if isinstance(value, int) else change(value)


def _text(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return render_value(outcome.value)
    return outcome.type_name if isinstance(outcome, Raised) else type(outcome).__name__.lower()


def _nearest(asked: _Asked, observations: Sequence[Observation]) -> Why | None:
    """What comes nearest to explaining the values."""
    if len(observations) != len(asked.script.probes):
        return None
    known = list(_variants(asked))
    if not known:
        return None
    name, variant = min(known, key=lambda item: _distance(observations, item[1]))
    fits = sum(map(_fits, observations, variant))
    number = next(
        (at for at, item in enumerate(observations) if not _fits(item, variant[at])), None
    )
    if number is None:  # the values fit, and what was seen in the process does not
        said = f"nearest is {name}: its values fit, what was seen in the process speaks against it"
        return Why(said, fits)
    where = question_of(asked.script.probes[number], asked.script)
    would = render_value(as_value(variant[number]))
    got = render_value(observations[number].got)
    return Why(
        f"nearest is {name}, which explains {fits} of {len(observations)} questions: at {where} it "
        f"would give {would}, and {got} came",
        fits,
    )


def _variants(asked: _Asked) -> Iterator[tuple[str, _Variant]]:
    """All that is known of the part's misconceptions, one variant after the other."""
    probes = asked.script.probes
    for item in asked.site.part.misconceptions:
        families = [list(probe.alternatives.get(item.id, ())) for probe in probes]
        for answers in zip(*families, strict=False):
            yield item.id, answers
        if item.by_sample:
            gave = given(
                asked.script, asked.outcomes(item.id, asked.script), asked.site.part.allowed
            )
            if gave is not None and len(gave.values) == len(probes):
                yield item.id, gave.values


def _distance(observations: Sequence[Observation], variant: _Variant) -> tuple[int, float]:
    """How many questions a variant does not explain, and how far its numbers are off, from 0 to 1
    for each."""
    off = [
        _off(_numbers(item.got), _numbers(as_value(answer)))
        for item, answer in zip(observations, variant, strict=True)
        if not _fits(item, answer)
    ]
    return len(off), sum(off)


def _off(mine: Sequence[float], theirs: Sequence[float]) -> float:
    if len(mine) != len(theirs):
        return 1.0
    size = sum(map(abs, mine)) + sum(map(abs, theirs))
    apart = sum(abs(one - other) for one, other in zip(mine, theirs, strict=True))
    return apart / size if 0 < size < math.inf else 1.0


def _numbers(value: Value) -> list[float]:
    if isinstance(value, TensorState):
        return [] if value.value.is_complex() else value.value.double().flatten().tolist()
    if isinstance(value, list | tuple):
        return [number for item in value for number in _numbers(item)]
    return [float(value)] if isinstance(value, int | float) else []


def _fits(item: Observation, answer: Answer) -> bool:
    return matches(item.got, answer, item.rule.ignoring_place())
