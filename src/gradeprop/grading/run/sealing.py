"""Seals the right and the wrong answers of a public check that shows only its verdict, before it
is recorded."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch

from gradeprop.course.options import Allowed
from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import as_value, matches
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.prune import prune
from gradeprop.grading.checks.choice import options_joined
from gradeprop.grading.checks.expected import OneOf, Raising, Within
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.checks.seal import ROUNDS, Box, Boxes, Grid, Seal, boxed, grid_of, sealed

__all__ = ["sealed_script", "why_not_sealed"]

_NOT_ALL = 1e-3
"""Of the largest number of a wrong answer, the most absolute tolerance that it gets."""
_EDGE = 1 + 1e-9
_LEAST = 1e-12


@dataclass(frozen=True)
class _Wrong:
    """One variant of a mistake: its answer on each probe, None where it changes nothing."""

    cause: str
    answers: tuple[Answer, ...]
    changes: tuple[bool, ...]


def sealed_script(
    script: Script,
    salt: bytes,
    *,
    allowed: Mapping[str, Allowed],
    spoken: Mapping[str, str],
    clues: Mapping[str, Clues],
) -> Script:
    """The script with forms in place of right answers, and neither words nor numbers of what is
    wrong to be read.

    Args:
        salt: another one for every check.
        allowed: what may be assigned, by name; the ranges of right answers among it.
        spoken: what is said of each misconception that may travel.
        clues: what they must have left in the process.

    """
    script = options_joined(script, allowed)
    wrong = list(_distinct(script, frozenset(spoken)))
    rounds = max(1, ROUNDS // (len(script.probes) + len(wrong)))
    name = hashlib.sha256(salt).hexdigest()[:32]
    probes = tuple(_sealed_probe(probe, script, allowed, name, rounds) for probe in script.probes)
    boxes = [_box(item, script, name, rounds, spoken, clues) for item in wrong]
    # In no order that says anything.
    boxes.sort(key=lambda box: (box.tag, box.text))
    return replace(script, probes=probes, boxes=Boxes(name, rounds, tuple(boxes)))


_NOT_ONE: Final = {
    Raising: "to_raise() accepts every type derived from one, and texts by a piece of them",
    Within: "to_be_within() accepts as many numbers as come",
    OneOf: "to_be_one_of() accepts several words",
}


def why_not_sealed(script: Script) -> str | None:
    """Why what is right cannot be recognised without being readable; None if it can: one answer, of
    which every number falls into a bucket."""
    kinds = [type(probe.expected) for probe in script.probes if probe.expected is not None]
    if kinds:
        return _NOT_ONE[kinds[0]]
    bounds = (bound for probe in script.probes for bound in _bounds(probe.answer, probe.rule))
    return None if all(map(math.isfinite, bounds)) else "a right answer is not finite"


def _sealed_probe(
    probe: Probe, script: Script, allowed: Mapping[str, Allowed], salt: str, rounds: int
) -> Probe:
    found = allowed.get(script.asks[probe.handle.ask].name, Allowed())
    centre, bounds = probe.answer, list(_bounds(probe.answer, probe.rule))
    if found.low is not None and found.high is not None and len(bounds) == 1:
        centre, bounds = (found.low + found.high) / 2, [(found.high - found.low) / 2 * _EDGE]
    elif found.tolerance is not None and len(bounds) == 1:
        bounds = [max(bounds[0], found.tolerance * _EDGE)]
    grid = grid_of(as_value(centre), bounds)
    tag = sealed([as_value(centre)], [grid], salt, rounds)
    return replace(
        probe, answer=_form(probe.answer), alternatives={}, seal=Seal(grid, tag, salt, rounds)
    )


def _distinct(script: Script, causes: frozenset[str]) -> Iterator[_Wrong]:
    """The variants of all mistakes that are wrong on some probe."""
    spoken = []
    for probe in script.probes:
        known = probe.alternatives.items()
        spoken.append({cause: list(answers) for cause, answers in known if cause in causes})
    pruned = prune(spoken)
    for cause in sorted({cause for item in pruned for cause in item}):
        columns = [item.get(cause, []) for item in pruned]
        for variant in range(max(map(len, columns))):
            if any(column and variant >= len(column) for column in columns):
                continue
            answers = tuple(
                column[variant] if column else probe.answer
                for column, probe in zip(columns, script.probes, strict=True)
            )
            item = _Wrong(cause, answers, tuple(map(bool, columns)))
            if _is_wrong(item, script.probes):
                yield item


def _is_wrong(item: _Wrong, probes: Sequence[Probe]) -> bool:
    """Whether it differs from the right answer somewhere, and is finite everywhere."""
    pairs = list(zip(item.answers, probes, strict=True))
    bounds = (bound for wrong, probe in pairs for bound in _bounds(wrong, probe.rule))
    finite = all(map(math.isfinite, bounds))
    same = (
        matches(as_value(wrong), probe.answer, probe.rule.ignoring_place())
        for wrong, probe in pairs
    )
    return finite and not all(same)


def _box(
    item: _Wrong,
    script: Script,
    salt: str,
    rounds: int,
    spoken: Mapping[str, str],
    clues: Mapping[str, Clues],
) -> Box:
    values = [as_value(answer) for answer in item.answers]
    grids: list[Grid | None] = []
    for probe, answer, value, changes in zip(
        script.probes, item.answers, values, item.changes, strict=True
    ):
        bounds = list(_bounds(answer, probe.rule, wrong=True, like=_largest(probe.answer)))
        grids.append(grid_of(value, bounds) if changes else None)
    told = clues.get(item.cause, Clues())
    said = {
        "id": item.cause,
        "say": spoken[item.cause],
        "seen": list(told.seen),
        "unseen": list(told.unseen),
        "unsure": told.unsure,
    }
    return boxed(said, values, tuple(grids), salt, rounds)


def _bounds(
    answer: Answer, rule: Rule, *, wrong: bool = False, like: float = 0.0
) -> Iterator[float]:
    """For each number of an answer, how far another may be from it.

    Args:
        like: how large a number 0 looks among nothing but zeros, 1 if not given: the width of a
            bucket is not to tell it.
    """
    if isinstance(answer, tuple):
        for index, item in enumerate(answer):
            yield from _bounds(item, rule.item(index), wrong=wrong, like=like)
        return
    if isinstance(answer, dict):
        for key in sorted(answer):
            yield from _bounds(answer[key], rule, wrong=wrong, like=like)
        return
    if isinstance(answer, bool) or not isinstance(answer, torch.Tensor | int | float):
        return
    numbers = answer.detach().flatten().tolist() if isinstance(answer, torch.Tensor) else [answer]
    largest = max(map(abs, numbers), default=0.0)
    expected = answer.dtype if isinstance(answer, torch.Tensor) else None
    # The coarsest that a student may use: here nobody knows which it will be.
    loose = rule.dtype != "exact" or rule.kinds in ("number", "either") or expected is None
    tolerance = rule.tolerance(expected, None if loose else expected, "cpu")
    atol = min(tolerance.atol, _NOT_ALL * largest) if wrong else tolerance.atol
    for number in numbers:
        near = max(abs(number), tolerance.floor * largest) or like or 1.0
        yield _rounded(atol + tolerance.rtol * near)


def _largest(answer: Answer) -> float:
    """The largest size of a number in an answer; 0 if there is none."""
    if isinstance(answer, tuple):
        return max(map(_largest, answer), default=0.0)
    if isinstance(answer, dict):
        return max(map(_largest, answer.values()), default=0.0)
    if isinstance(answer, torch.Tensor):
        return max(map(abs, answer.detach().flatten().tolist()), default=0.0)
    return abs(float(answer)) if isinstance(answer, int | float) else 0.0


def _rounded(bound: float) -> float:
    """The next power of two: as it is, a relative tolerance would tell the number."""
    return 2.0 ** math.ceil(math.log2(max(bound, _LEAST))) if bound < math.inf else math.inf


def _form(answer: Answer) -> Answer:
    """All of an answer but what it is: nothing but its type, shape and dtype."""
    if isinstance(answer, tuple):
        return tuple(map(_form, answer))
    if isinstance(answer, dict):
        return {key: _form(item) for key, item in answer.items()}
    if isinstance(answer, torch.Tensor):
        return torch.zeros_like(answer)
    return None if answer is None else type(answer)()
