"""Is this value the right answer? Attributes first, then finiteness, then numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from gradeprop.gradients.answer import Answer, Single
from gradeprop.gradients.comparison.elementwise import Pair
from gradeprop.gradients.comparison.mismatch import ORDER, Mismatch
from gradeprop.gradients.comparison.numeric import in_numbers
from gradeprop.gradients.comparison.render import SMALL, listed, render_value, shorten
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.comparison.wrong_type import type_asked, wrong_type
from gradeprop.gradients.values import Member, TensorState, Value


def compare(
    got: Value,
    expected: Answer,
    rule: Rule = STRICT,
    labels: tuple[str, ...] = (),
) -> Mismatch | None:
    """None if ``got`` is the right answer, else the most basic thing that is wrong with it.

    Args:
        got: the student's value, as it came over the wire.
        expected: the right answer; tensors of any shape and dtype, on any device. A dict is
            compared name by name in any order, a set member by member.
        rule: what counts as the same.
        labels: names for the items of a tuple answer.
    """
    found = _mismatches(got, expected, rule, "", labels)
    if not found:
        return None
    return min(found, key=lambda mismatch: ORDER.index(mismatch.kind))


def matches(got: Value, expected: Answer, rule: Rule, *, most_atol: float = math.inf) -> bool:
    """The same verdict as :func:`compare`, faster: for trying many wrong answers.

    Args:
        most_atol: whatever the rule says, no absolute tolerance beyond this.
    """
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return False
        return all(
            matches(mine, theirs, rule.item(index), most_atol=most_atol)
            for index, (mine, theirs) in enumerate(zip(got, expected, strict=True))
        )
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return False
        return all(
            matches(got[name], theirs, rule.item(index), most_atol=most_atol)
            for index, (name, theirs) in enumerate(expected.items())
        )
    found = _single(got, expected, rule, "")
    if isinstance(found, Pair):
        return found.capped(most_atol).agree()
    return found is None


def as_value(answer: Answer) -> Value:
    """A right or wrong answer dressed as what a student would have left behind."""
    if isinstance(answer, tuple):
        return tuple(as_value(item) for item in answer)
    if isinstance(answer, dict):
        return {name: as_value(item) for name, item in answer.items()}
    if isinstance(answer, torch.Tensor):
        return TensorState(answer.detach().cpu(), device=str(answer.device))
    return answer


def _mismatches(
    got: Value, expected: Answer, rule: Rule, place: str, labels: tuple[str, ...]
) -> list[Mismatch]:
    """One at most, but of a tuple or dict one for each item."""
    if isinstance(expected, tuple):
        return _of_items(got, expected, rule, place, labels)
    if isinstance(expected, dict):
        return _of_names(got, expected, rule, place)
    found = _single(got, expected, rule, place)
    mismatch = found.mismatch(place) if isinstance(found, Pair) else found
    if mismatch is None:
        return []
    if mismatch.kind == "value" and _is_truth_value(expected):
        mismatch = replace(mismatch, secret=True)
    return [mismatch]


def _of_items(
    got: Value, expected: tuple[Answer, ...], rule: Rule, place: str, labels: tuple[str, ...]
) -> list[Mismatch]:
    items = f"a tuple of {len(expected)} items"
    if len(labels) == len(expected):
        items += f" ({', '.join(labels)})"
    if got is None:
        return [Mismatch("none", place, items, "None")]
    if not isinstance(got, tuple | list):
        mismatch = wrong_type(got, "a tuple", place)
        return [replace(mismatch, remedy="Return all items, separated by commas.")]
    if len(got) != len(expected):
        count = f"{len(got)} item{'' if len(got) == 1 else 's'}"
        return [Mismatch("length", place, items, count)]
    found: list[Mismatch] = []
    for index, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        name = labels[index] if index < len(labels) else f"item {index + 1}"
        inside = f"{place}, {name}" if place else name
        found += _mismatches(mine, theirs, rule.item(index), inside, ())
    return found


def _of_names(got: Value, expected: Mapping[str, Answer], rule: Rule, place: str) -> list[Mismatch]:
    wanted = f"a dict with {_names(expected)}"
    if got is None:
        return [Mismatch("none", place, wanted, "None")]
    if not isinstance(got, dict):
        return [wrong_type(got, "a dict", place)]
    if got.keys() != expected.keys():
        return [Mismatch("keys", place, _names(expected), _names(got))]
    found: list[Mismatch] = []
    for index, (name, theirs) in enumerate(expected.items()):
        inside = f"{place}, {name}" if place else name
        found += _mismatches(got[name], theirs, rule.item(index), inside, ())
    return found


def _names(found: Mapping[str, Any]) -> str:
    """``the keys "W1" and "b1"``, in the order of the alphabet."""
    if not found:
        return "no keys"
    quoted = [f'"{shorten(name)}"' for name in sorted(found)]
    shown = ", ".join([*quoted[:SMALL], "…"]) if len(quoted) > SMALL else listed(quoted)
    return f"the key{'s' if len(quoted) > 1 else ''} {shown}"


def _single(got: Value, expected: Single, rule: Rule, place: str) -> Pair | Mismatch | None:
    """For an answer that is no tuple or dict: what is wrong, or the numbers that decide it, or
    None."""
    if expected is None:
        return None if got is None else wrong_type(got, "None", place)
    if got is None:
        return Mismatch("none", place, type_asked(expected, rule), "None")
    if isinstance(expected, str):
        return _words(got, expected, place)
    if isinstance(expected, frozenset):
        return _of_members(got, expected, place)
    return in_numbers(got, expected, rule, place)


def _of_members(got: Value, expected: frozenset[Member], place: str) -> Mismatch | None:
    if not isinstance(got, frozenset):
        return wrong_type(got, "a set", place)
    if {_told_apart(item) for item in got} == {_told_apart(item) for item in expected}:
        return None
    return Mismatch("value", place, render_value(expected), render_value(got), secret=True)


def _told_apart(member: Member) -> object:
    """The member so that True is not 1, and blanks around a word do not count."""
    if isinstance(member, tuple):
        return tuple(map(_told_apart, member))
    if isinstance(member, str):
        return member.strip()
    return isinstance(member, bool), member


def _words(got: Value, expected: str, place: str) -> Mismatch | None:
    if not isinstance(got, str):
        return wrong_type(got, "text in quotes", place)
    if got.strip() == expected.strip():
        return None
    return Mismatch("value", place, render_value(expected), render_value(got), secret=True)


def _is_truth_value(expected: Answer) -> bool:
    """Which cannot be told without giving it away."""
    if isinstance(expected, torch.Tensor):
        return expected.dtype == torch.bool and expected.numel() == 1
    return isinstance(expected, bool)
