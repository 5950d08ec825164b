"""From a value and what was expected of it to what a student sees of the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SHORT, alike, number, render_value
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.expected import OneOf, Within, wrong_value
from gradeprop.grading.result.questions import Item, Row

__all__ = ["MOST", "Item", "Row", "row_of", "row_of_expected"]

MOST = 16
"""Elements of a tensor that are shown in full; of a larger one only the worst element."""


def row_of(expression: str, got: Value, answer: Answer, rule: Rule, labels: tuple[str, ...]) -> Row:
    """The question ``expression`` whose right answer is ``answer``."""
    if isinstance(answer, tuple) and isinstance(got, tuple | list) and len(got) == len(answer):
        names = (
            labels
            if len(labels) == len(answer)
            else tuple(f"item {n + 1}" for n in range(len(answer)))
        )
        items = (_item(names[n], got[n], answer[n], rule.item(n)) for n in range(len(answer)))
        return Row(expression, tuple(items))
    if isinstance(answer, dict) and isinstance(got, dict) and got.keys() == answer.keys():
        named = enumerate(answer.items())
        items = (_item(name, got[name], item, rule.item(n)) for n, (name, item) in named)
        return Row(expression, tuple(items))
    return Row(expression, (_item("", got, answer, rule),))


def row_of_expected(expression: str, got: Value, expected: Within | OneOf) -> Row:
    """The question ``expression`` to which more than one answer is right. Words are not shown:
    among few to choose from, that gives them away."""
    right = wrong_value(got, expected) is None
    shown = _shown(got)
    told = shown if right else None
    if isinstance(expected, Within):
        told = str(expected)
    return Row(expression, (Item("", told, shown, right),))


def _item(label: str, got: Value, answer: Answer, rule: Rule) -> Item:
    mismatch = compare(got, answer, rule)
    if mismatch is None:
        return Item(label, *_both(answer, got), True)
    if isinstance(answer, str | bool | frozenset):
        return Item(label, None, _shown(got), False)
    if mismatch.kind in ("value", "not_finite"):
        return Item(label, *_told_apart(answer, got, mismatch), False)
    expected, mine = _shown(answer), _shown(got)
    if mismatch.kind in ("dtype", "device", "shape"):
        expected += f"  {mismatch.kind} {mismatch.expected}"
        mine += f"  {mismatch.kind} {mismatch.got}"
    return Item(label, expected, mine, False)


def _told_apart(answer: Answer, got: Value, mismatch: Mismatch) -> tuple[str, str]:
    """Both, with as many digits as it takes to see that they differ."""
    for digits in range(SHORT, 10):
        expected, mine = _both(answer, got, digits)
        if expected != mine:
            return expected, mine
    at = f" at index {list(mismatch.index)}" if mismatch.index else ""
    return mismatch.expected + at, mismatch.got + at


def _both(answer: Answer, got: Value, digits: int = SHORT) -> tuple[str, str]:
    """The right value and the student's, number by number in the same notation."""
    theirs, mine = _numbers(answer), _numbers(got)
    if theirs is None or mine is None or len(theirs[0]) != len(mine[0]):
        return _shown(answer, digits), _shown(got, digits)
    (right, form), (value, own_form) = theirs, mine
    if form != own_form:
        if () not in (form, own_form):
            return _shown(answer, digits), _shown(got, digits)
        form = ()  # one number, whether in a list or not
    pairs = [alike(*both, digits) for both in zip(right, value, strict=True)]
    width = max((len(text) for both in pairs for text in both), default=0)
    one, other = ([both[which] for both in pairs] for which in (0, 1))
    return _laid_out(one, form, width), _laid_out(other, form, width)


def _shown(value: Value | Answer, digits: int = SHORT) -> str:
    """As `render_value`, but more elements, and a matrix with its columns one below the other."""
    found = _numbers(value)
    if found is None:
        return render_value(value, digits)
    numbers, form = found
    texts = [number(item, digits) for item in numbers]
    return _laid_out(texts, form, max(map(len, texts), default=0))


def _numbers(value: Value | Answer) -> tuple[list[Any], tuple[int, ...]] | None:
    """The numbers in a row, and their shape; None of anything that is not few numbers."""
    tensor = value.value if isinstance(value, TensorState) else value
    if isinstance(tensor, int | float):
        return [tensor], ()
    if not isinstance(tensor, torch.Tensor) or tensor.numel() > MOST:
        return None
    return tensor.detach().flatten().tolist(), tuple(tensor.shape)


def _laid_out(texts: Sequence[str], form: tuple[int, ...], width: int) -> str:
    """The numbers as nested lists."""
    if not form:
        return texts[0]
    if len(form) == 1:
        return f"[{', '.join(texts)}]"
    size = len(texts) // form[0] if form[0] else 0
    rows = [texts[at * size : (at + 1) * size] for at in range(form[0])]
    if len(form) == 2 and form[0] > 1 and texts:
        aligned = ([text.rjust(width) for text in row] for row in rows)
        return "[" + ",\n ".join(f"[{', '.join(row)}]" for row in aligned) + "]"
    return f"[{', '.join(_laid_out(row, form[1:], width) for row in rows)}]"
