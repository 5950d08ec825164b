"""Which misconception explains the student's values: on every probe, or none.

A wrong cause is worse than none. A misconception fits only if one and the same variant of it gives
the student's value on **every** probe, and on at least one where the right answer does not, and
only if nothing that was seen in the process speaks against it. If two fit, neither is named: the
caller can probe again on inputs that tell them apart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import as_value, matches
from gradeprop.gradients.comparison.elementwise import few_numbers
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.diagnosis.undeclared import undeclared
from gradeprop.gradients.values import Evidence


@dataclass(frozen=True)
class Diagnosis:
    """What explains everything that is wrong.

    Attributes:
        named: the one misconception that does, or None.
        candidates: all that do, in the order of declaration; if several, these probes cannot tell
            them apart.
        unsure: what to say where the values fit a misconception, and nobody could see in the
            process whether it is the one.
    """

    named: str | None = None
    candidates: tuple[str, ...] = ()
    unsure: str | None = None


def diagnose(
    observations: Sequence[Observation],
    clues: Mapping[str, Clues] | None = None,
    by_sample: Collection[str] = (),
) -> Diagnosis:
    """Explain the wrong values among ``observations`` (right ones count as evidence, too).

    Args:
        clues: of a misconception, by id, what it must have left in the process.
        by_sample: misconceptions that are known to fit, whatever the observations say of them.
    """
    evidence = [_evidence(item) for item in observations]
    # The wrong answers first: there most variants fail, and the rest need not be worked out.
    evidence.sort(key=lambda item: item.right)
    names = dict.fromkeys(name for item in observations for name in item.misconceptions)
    names |= dict.fromkeys(by_sample)
    fitting = [name for name in names if name in by_sample or _fits(name, evidence)]
    if not fitting:
        own = undeclared(observations)
        return Diagnosis(own, (own,)) if own else Diagnosis()
    return by_clues(
        fitting, [item.observation.seen for item in evidence if not item.right], clues or {}
    )


def by_clues(
    fitting: Sequence[str], seen: Sequence[Evidence], clues: Mapping[str, Clues]
) -> Diagnosis:
    """Which of the misconceptions that fit is left by what was seen where the value is wrong."""
    known = {name: clues.get(name, Clues()) for name in fitting}
    left = [name for name in fitting if not any(map(known[name].excluded_by, seen))]
    sure = tuple(name for name in left if all(map(known[name].confirmed_by, seen)))
    if sure:
        return Diagnosis(sure[0] if len(sure) == 1 else None, sure)
    texts = (known[name].unsure for name in left)
    return Diagnosis(unsure=next(filter(None, texts), None))


@dataclass(frozen=True, eq=False)
class _Evidence:
    """An observation with what all misconceptions are held against.

    Attributes:
        rule: the observation's, whatever the dtype and device.
        right: whether the right answer fits by this rule.
    """

    observation: Observation
    rule: Rule
    right: bool


def _evidence(item: Observation) -> _Evidence:
    rule = item.rule.ignoring_place()
    return _Evidence(item, rule, item.accepts(item.got, rule))


def _fits(name: str, evidence: Sequence[_Evidence]) -> bool:
    first = evidence[0]
    if first.right:
        return False
    variants = len(first.observation.misconceptions.get(name, ()))
    return any(_variant_fits(name, variant, evidence) for variant in range(variants))


def _variant_fits(name: str, variant: int, evidence: Sequence[_Evidence]) -> bool:
    proven = False
    for item in evidence:
        answers = item.observation.misconceptions.get(name, ())
        if not answers:  # the misconception changes nothing here
            if not item.right:
                return False
            continue
        if variant >= len(answers) or not _explains(answers[variant], item):
            return False
        if not item.right and not proven:
            proven = not item.observation.accepts(as_value(answers[variant]), item.rule)
    return proven


def _explains(wrong: Answer, item: _Evidence) -> bool:
    """Whether the student's value is this wrong answer."""
    size, finite = _extent(wrong)
    # A wrong answer that overflowed explains nothing: everything that diverges ends there.
    if not finite and _extent(item.observation.expected)[1]:
        return False
    # A tiny wrong answer must not fit by atol.
    return matches(item.observation.got, wrong, item.rule, most_atol=1e-3 * size)


def _extent(answer: Answer) -> tuple[float, bool]:
    """The largest finite magnitude in an answer, and whether all of it is finite."""
    largest, finite = 0.0, True
    for size in _magnitudes(answer):
        if math.isfinite(size):
            largest = max(largest, size)
        else:
            finite = False
    return largest, finite


def _magnitudes(answer: Answer) -> Iterator[float]:
    """Of every number in an answer; of a large tensor, the greatest and the greatest finite one."""
    if isinstance(answer, tuple):
        for item in answer:
            yield from _magnitudes(item)
    elif isinstance(answer, dict):
        yield from _magnitudes(tuple(answer.values()))
    elif isinstance(answer, torch.Tensor):
        few = few_numbers(answer)
        if few is None:
            sizes = answer.abs().to(torch.float64)
            finite = torch.where(torch.isfinite(sizes), sizes, 0.0)
            few = [sizes.max().item(), finite.max().item()]
        yield from map(abs, few)
    elif isinstance(answer, float):
        yield abs(answer)
    elif isinstance(answer, int):
        yield float(min(abs(answer), 10**300))  # beyond it, no float is finite
