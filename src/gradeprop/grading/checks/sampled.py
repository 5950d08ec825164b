"""Misconceptions recognised by what their samples give to the same questions.

A sample is a wrong answer written down by the author. Asked what the student was asked, in the same
place and on the same inputs, it gives what everybody gives who makes that mistake, without a second
version of it in the grader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final, TypeAlias

from gradeprop.course.options import Allowed
from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import as_value, matches
from gradeprop.gradients.comparison.rule import STRICT
from gradeprop.gradients.values import NOTHING_SEEN, Evidence, Opaque, TensorState, Value
from gradeprop.grading.checks.choice import in_the_options_words
from gradeprop.grading.checks.expected import Raising, wrong_value
from gradeprop.grading.checks.judge import rule_of
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.raising import unraised
from gradeprop.grading.checks.resolving import resolved
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.checks.trouble import changed_argument
from gradeprop.grading.result import words
from gradeprop.session.interface import Outcome, Raised, Read, ReadAll, Returned

__all__ = ["Given", "fitting", "given", "is_same", "worth_trying"]

Flags: TypeAlias = tuple[bool, bool]
"""``requires_grad`` and ``is_leaf``."""

_RULED: Final = frozenset(words.FORBIDDEN_CAUSE.values())
"""Causes that are a rule of the part's: what the value would have been makes no difference."""
_ANYTHING: Final[Mapping[str, Allowed]] = MappingProxyType({})
_AS_EXPECTED: Final = "raised as expected"
"""Stands for the value of a call that should raise, and did."""
_ADDRESS: Final = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)


@dataclass(frozen=True)
class Ended:
    """Why not all questions have a value that can be compared.

    Attributes:
        ask: the first that has none.
        how: what happened: the type of an exception, or that an argument was changed.
        text: the exception's own words, or which argument.
        left: what the argument was changed to.
        used: what machinery had run by then: one error has many reasons.
    """

    ask: int
    how: str
    text: str
    left: Answer = None
    used: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Given:
    """What an answer gave to a check's questions, as far as answers are compared.

    Attributes:
        values: at every probe, up to where it ended; detached tensors on the CPU.
        flags: of the tensors among them, else None.
        seen: of every question that was answered, what was seen in the process.
        ended: why that is not all, if it is not.
    """

    values: tuple[Answer, ...]
    flags: tuple[Flags | None, ...]
    seen: tuple[Evidence, ...]
    ended: Ended | None = None


def given(
    script: Script, outcomes: Sequence[Outcome], allowed: Mapping[str, Allowed] = _ANYTHING
) -> Given | None:
    """What these outcomes give to the script's probes; None where that cannot be compared: a limit
    was reached, a name is missing, or something came that is no value.

    Args:
        allowed: of choices and predictions, what may be assigned, by name.
    """
    outcomes = [
        in_the_options_words(outcome, allowed.get(ask.name))
        for ask, outcome in zip(script.asks, outcomes, strict=True)
    ]
    as_expected = _raised_as_expected(script, outcomes)
    ended = _end(script, outcomes, as_expected)
    count = len(outcomes) if ended is None else ended.ask
    answered = outcomes[:count]
    if not all(
        isinstance(item, Returned) or number in as_expected for number, item in enumerate(answered)
    ):
        return None
    values: list[Answer] = []
    flags: list[Flags | None] = []
    for probe in script.probes:
        if probe.handle.ask >= count:
            continue
        if probe.handle.ask in as_expected:
            values.append(_AS_EXPECTED)
            flags.append(None)
            continue
        value = resolved(probe, script, outcomes)
        if isinstance(value, TypeError) or not _is_comparable(value):
            return None
        values.append(_as_answer(value))
        flags.append(_flags_of(value))
    seen = tuple(item.seen if isinstance(item, Returned) else NOTHING_SEEN for item in answered)
    return Given(tuple(values), tuple(flags), seen, ended)


def fitting(
    script: Script, mine: Given | None, samples: Mapping[str, Iterable[Given | None]]
) -> tuple[str, ...]:
    """The misconceptions, of those with ``samples``, that give all of what the student's answer
    gave, and are wrong in it.

    Args:
        mine: what the student's answer gave.
        samples: by misconception, what each of its samples gave to the same script.
    """
    if mine is None:
        return ()
    return tuple(
        name
        for name, known in samples.items()
        if any(item is not None and _is_alike(script, mine, item) for item in known)
    )


def worth_trying(script: Script, names: Iterable[str], judgement: Judgement) -> list[str]:
    """Those misconceptions whose samples may say more of a check than is known without them.

    Once one of them is found, or several, only those that nothing but a sample can find.

    Args:
        names: of the part's misconceptions those that are recognised by their samples.
        judgement: what the check is without samples.
    """
    if judgement.status != "failed" or judgement.not_begun or _RULED & {*judgement.misconceptions}:
        return []
    names = [name for name in names if any(name not in it.ruled_out for it in script.probes)]
    if not set(names).intersection(judgement.misconceptions):
        return names
    return [
        name for name in names if not any(probe.alternatives.get(name) for probe in script.probes)
    ]


def is_same(script: Script, one: Given, other: Given) -> bool:
    """Whether two answers to the same questions gave the same, whatever the device."""
    if one.flags != other.flags or not _end_alike(one.ended, other.ended):
        return False
    return all(
        matches(as_value(mine), theirs, rule_of(probe, script).ignoring_place())
        for probe, mine, theirs in zip(script.probes, one.values, other.values, strict=False)
    )


def _raised_as_expected(script: Script, outcomes: Sequence[Outcome]) -> frozenset[int]:
    """The asks that should raise, and did."""
    return frozenset(
        probe.handle.ask
        for probe in script.probes
        if isinstance(probe.expected, Raising)
        and unraised(outcomes[probe.handle.ask], probe.expected) is None
    )


def _end(script: Script, outcomes: Sequence[Outcome], as_expected: frozenset[int]) -> Ended | None:
    """The first exception that nobody expects, or changed argument."""
    for number, (ask, outcome) in enumerate(zip(script.asks, outcomes, strict=True)):
        if number in as_expected:
            continue
        if isinstance(outcome, Raised):
            text = _ADDRESS.sub("0x", outcome.message)
            return Ended(number, outcome.type_name, text, used=tuple(sorted(outcome.used)))
        if not isinstance(outcome, Returned):
            return None
        changed = changed_argument(ask, outcome)
        if changed is not None:
            position, left = changed
            left_over = _as_answer(left) if _is_comparable(left) else None
            return Ended(number, "changed", str(position), left_over)
    return None


def _is_alike(script: Script, mine: Given, sample: Given) -> bool:
    if not _end_alike(mine.ended, sample.ended) or len(mine.values) != len(sample.values):
        return False
    wrong = mine.ended is not None
    for number, (got, shown) in enumerate(zip(mine.values, sample.values, strict=True)):
        probe = script.probes[number]
        rule = rule_of(probe, script).ignoring_place()
        if not matches(as_value(got), shown, rule):
            return False
        if mine.flags[number] != sample.flags[number] and _asks_for_flags(probe):
            return False
        wrong = wrong or _is_wrong(probe, script, shown, sample.flags[number])
    return wrong and _seen_alike(script, mine, sample)


def _end_alike(mine: Ended | None, sample: Ended | None) -> bool:
    if mine is None or sample is None:
        return mine is sample
    if (mine.ask, mine.how, mine.text) != (sample.ask, sample.how, sample.text):
        return False
    if mine.used != sample.used:
        return False
    return matches(as_value(mine.left), sample.left, STRICT.ignoring_place())


def _is_wrong(probe: Probe, script: Script, value: Answer, flags: Flags | None) -> bool:
    """Whether this value, with these flags, is not what is asked for."""
    if isinstance(probe.expected, Raising):
        return not (isinstance(value, str) and value == _AS_EXPECTED)
    if probe.expected is not None:
        return wrong_value(as_value(value), probe.expected) is not None
    if not matches(as_value(value), probe.answer, rule_of(probe, script).ignoring_place()):
        return True
    if flags is None:
        return False
    wanted = (probe.requires_grad, probe.is_leaf)
    return any(
        asked is not None and asked != is_so for asked, is_so in zip(wanted, flags, strict=True)
    )


def _asks_for_flags(probe: Probe) -> bool:
    return probe.requires_grad is not None or probe.is_leaf is not None


def _seen_alike(script: Script, mine: Given, sample: Given) -> bool:
    """A value that is read is one number, and a call that gives None none at all: there what was
    seen in the process must agree, too, wherever it is known of both."""
    empty = {
        probe.handle.ask
        for probe, value in zip(script.probes, mine.values, strict=False)
        if value is None
    }
    pairs = zip(script.asks, mine.seen, sample.seen, strict=False)
    return all(
        _agree(one, other)
        for number, (ask, one, other) in enumerate(pairs)
        if isinstance(ask, Read | ReadAll) or number in empty
    )


def _agree(one: Evidence, other: Evidence) -> bool:
    known = ((getattr(one, item.name), getattr(other, item.name)) for item in fields(Evidence))
    return all(mine is None or theirs is None or mine == theirs for mine, theirs in known)


def _is_comparable(value: Value) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_comparable, value))
    if isinstance(value, dict):
        return all(map(_is_comparable, value.values()))
    return not isinstance(value, Opaque)


def _as_answer(value: Value) -> Answer:
    """Of a value that is comparable."""
    if isinstance(value, TensorState):
        return value.value.detach()
    if isinstance(value, list | tuple):
        return tuple(map(_as_answer, value))
    if isinstance(value, dict):
        return {name: _as_answer(item) for name, item in value.items()}
    assert not isinstance(value, Opaque)
    return value


def _flags_of(value: Value) -> Flags | None:
    return (value.requires_grad, value.is_leaf) if isinstance(value, TensorState) else None
