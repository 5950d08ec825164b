"""Which misconception explains the student's values: on every probe, or none.

A wrong cause is worse than none. A misconception fits only if one and the same variant of it gives
the student's value on **every** probe, and on at least one where the right answer does not. If two
fit, neither is named: the caller can probe again on inputs that tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import as_value, compare, matches
from gradeprop.gradients.comparison.elementwise import few_numbers
from gradeprop.gradients.comparison.mismatch import Kind
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.values import TensorState, Value

_OWN: Mapping[Kind, str] = {
    "type": "wrong_type",
    "length": "wrong_shape",
    "shape": "wrong_shape",
    "dtype": "wrong_dtype",
    "not_finite": "not_finite",
}


@dataclass(frozen=True, eq=False)
class Observation:
    """What came back on one probe and what could have.

    Attributes:
        got: the student's value.
        expected: the right answer.
        alternatives: misconception id -> its wrong answers here, one per variant, in the same order
            on every probe; empty where the mistake changes nothing.
        rule: what counts as the same answer.
        labels: names of the items of a tuple answer.
        called: the name of the student's function that returned ``got``; None for a variable.
    """

    got: Value
    expected: Answer
    alternatives: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    rule: Rule = STRICT
    labels: tuple[str, ...] = ()
    called: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """``named``: the one cause that explains everything, or None. ``candidates``: all that do, in
    the order of declaration; more than one means that these probes cannot tell them apart."""

    named: str | None = None
    candidates: tuple[str, ...] = ()


def diagnose(observations: Sequence[Observation]) -> Diagnosis:
    """Name the cause of the wrong values among ``observations`` (right ones count as evidence,
    too)."""
    evidence = [_evidence(item) for item in observations]
    # The wrong answers first: that is where most variants fail, and the rest need not be worked
    # out.
    evidence.sort(key=lambda item: item.right)
    names = dict.fromkeys(name for item in observations for name in item.alternatives)
    fitting = tuple(name for name in names if _fits(name, evidence))
    if not fitting:
        own = _own_cause(observations)
        fitting = (own,) if own else ()
    return Diagnosis(fitting[0] if len(fitting) == 1 else None, fitting)


@dataclass(frozen=True, eq=False)
class _Evidence:
    """An observation with what all mistakes are held against.

    Attributes:
        rule: the observation's, whatever the dtype and device.
        right: whether the right answer fits by this rule.
    """

    observation: Observation
    rule: Rule
    right: bool


def _evidence(item: Observation) -> _Evidence:
    rule = item.rule.ignoring_place()
    return _Evidence(item, rule, matches(item.got, item.expected, rule))


def _fits(name: str, evidence: Sequence[_Evidence]) -> bool:
    first = evidence[0]
    if first.right:
        return False
    variants = len(first.observation.alternatives.get(name, ()))
    return any(_variant_fits(name, variant, evidence) for variant in range(variants))


def _variant_fits(name: str, variant: int, evidence: Sequence[_Evidence]) -> bool:
    proven = False
    for item in evidence:
        observation = item.observation
        wrong = observation.alternatives.get(name, ())
        if not wrong:  # the mistake changes nothing here
            if not item.right:
                return False
            continue
        if variant >= len(wrong):
            return False
        alternative = wrong[variant]
        size, finite = _extent(alternative)
        # An alternative that overflowed explains nothing: everything that diverges ends there.
        if not finite and _extent(observation.expected)[1]:
            return False
        # A tiny wrong answer must not fit by atol.
        if not matches(observation.got, alternative, item.rule, most_atol=1e-3 * size):
            return False
        coincides = matches(as_value(alternative), observation.expected, item.rule)
        proven = proven or (not item.right and not coincides)
    return proven


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
    """Of every number in an answer; of a large tensor, the greatest and the greatest finite
    ones."""
    if isinstance(answer, tuple):
        for item in answer:
            yield from _magnitudes(item)
    elif isinstance(answer, torch.Tensor):
        few = few_numbers(answer)
        if few is None:
            sizes = answer.abs().to(torch.float64)
            few = [sizes.max().item(), torch.where(torch.isfinite(sizes), sizes, 0.0).max().item()]
        yield from map(abs, few)
    elif isinstance(answer, int | float):
        yield abs(answer) if isinstance(answer, float) else float(min(abs(answer), 10**300))


def _own_cause(observations: Sequence[Observation]) -> str | None:
    """The engine's own ids, that need no declaration: all mismatches must be of one kind."""
    wrong = [
        (item, mismatch.kind)
        for item in observations
        if (mismatch := compare(item.got, item.expected, item.rule, item.labels)) is not None
    ]
    if not wrong:
        return None
    if all(kind == "none" for _, kind in wrong):
        # None from a function is a missing return, not a missing backward.
        # And only where a tensor belongs can a missing backward be the reason.
        elsewhere = any(
            item.called or not isinstance(item.expected, torch.Tensor) for item, _ in wrong
        )
        return "wrong_type" if elsewhere else "no_backward"
    causes = {_OWN.get(kind) for _, kind in wrong}
    if causes == {None} and all(kind == "value" for _, kind in wrong):
        return "hard_coded" if _hard_coded(observations) else None
    return causes.pop() if len(causes) == 1 else None


def _hard_coded(observations: Sequence[Observation]) -> bool:
    """One function gave one constant per shape, though the right answers of a shape differ."""
    groups: dict[tuple[str, object], list[Observation]] = {}
    for item in observations:
        if item.called is None:
            return False
        groups.setdefault((item.called, _form(item.got)), []).append(item)
    seen = False
    for group in groups.values():
        first, rest = group[0], group[1:]
        if not all(_identical(first.got, item.got) for item in rest):
            return False
        seen = seen or any(
            not matches(as_value(item.expected), first.expected, item.rule.ignoring_place())
            for item in rest
        )
    return seen


def _form(value: Value) -> object:
    if isinstance(value, TensorState):
        return tuple(value.value.shape)
    if isinstance(value, tuple | list):
        return tuple(_form(item) for item in value)
    return type(value)


def _identical(first: Value, second: Value) -> bool:
    """The same to the last bit, but for the dtype."""
    if isinstance(first, TensorState) and isinstance(second, TensorState):
        mine, theirs = first.value.detach(), second.value.detach()
        return mine.shape == theirs.shape and bool(
            (mine.cpu().to(theirs.dtype) == theirs.cpu()).all()
        )
    if isinstance(first, tuple | list) and isinstance(second, tuple | list):
        return len(first) == len(second) and all(
            _identical(a, b) for a, b in zip(first, second, strict=True)
        )
    return first == second
