"""What an answer does when a check asks it, so that answers which do the same can be found."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import matches
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState, Value
from gradeprop.grading.checks.judge import rule_of
from gradeprop.grading.checks.resolve import NoSuchItem
from gradeprop.grading.checks.resolving import looked_at
from gradeprop.grading.checks.script import Script
from gradeprop.session.interface import Missing, Outcome, Raised, Returned, Stopped

__all__ = ["Gave", "behaviour", "same"]

_OWN: Final = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|`[^`]*`")
_LONGEST: Final = 200
_NOT_A_NUMBER: Final = 6.02214076e23


@dataclass(frozen=True)
class Gave:
    """What came at one place that a check looks at.

    Attributes:
        value: if anything came.
        rule: what counts as the same there.
        other: what came in place of a value, in words: an exception by its type and its text
            without numbers and names, which are each answer's own.
    """

    value: Value
    rule: Rule
    other: str | None = None


def behaviour(script: Script, outcomes: Sequence[Outcome]) -> tuple[Gave, ...]:
    """All that came, question by question."""
    return tuple(_gave(script, outcomes))


def _gave(script: Script, outcomes: Sequence[Outcome]) -> Iterator[Gave]:
    for probe in script.probes:
        outcome, rule = outcomes[probe.handle.ask], rule_of(probe, script)
        if not isinstance(outcome, Returned):
            yield Gave(None, rule, _in_words(outcome))
            continue
        found = looked_at(probe, script, outcomes)
        if isinstance(found, NoSuchItem):
            yield Gave(found.container, rule, f"no such item: {found.mismatch.kind}")
        else:
            yield Gave(found.value, rule)


def _in_words(outcome: Outcome) -> str:
    if isinstance(outcome, Raised):
        return f"{outcome.type_name}: {_OWN.sub('…', outcome.message)[:_LONGEST]}"
    if isinstance(outcome, Missing):
        return f"no {outcome.name}"
    return outcome.reason if isinstance(outcome, Stopped) else type(outcome).__name__


def same(one: Sequence[Gave], other: Sequence[Gave]) -> bool:
    """Whether two answers to the same questions did the same: equal within the tolerance
    everywhere."""
    return len(one) == len(other) and all(map(_alike, one, other))


def _alike(one: Gave, other: Gave) -> bool:
    if one.other is not None or other.other is not None:
        return one.other == other.other
    mine, theirs = _comparable(one.value), _comparable(other.value)
    return matches(mine, _as_answer(theirs), one.rule.ignoring_place())


def _comparable(value: Value) -> Value:
    """The value, with a number where nothing equals itself, and a word for what cannot be read."""
    if isinstance(value, TensorState) and value.value.dtype.is_floating_point:
        numbers = value.value.nan_to_num(_NOT_A_NUMBER, math.inf, -math.inf)
        return replace(value, value=numbers)
    if isinstance(value, float) and math.isnan(value):
        return _NOT_A_NUMBER
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    return [_comparable(item) for item in value] if isinstance(value, list | tuple) else value


def _as_answer(value: Value) -> Answer:
    """A value in the form of a right answer, with which another can be compared."""
    if isinstance(value, TensorState):
        return value.value
    if isinstance(value, dict):
        return {name: _as_answer(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_as_answer(item) for item in value)
    assert not isinstance(value, Opaque)
    return value
