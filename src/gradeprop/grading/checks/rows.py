"""From a value and what was expected of it to what a student sees of the question."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SHORT, number, render_value
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
        return Item(label, _shown(answer), _shown(got), True)
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
        expected, mine = _shown(answer, digits), _shown(got, digits)
        if expected != mine:
            return expected, mine
    at = f" at index {list(mismatch.index)}" if mismatch.index else ""
    return mismatch.expected + at, mismatch.got + at


def _shown(value: Value | Answer, digits: int = SHORT) -> str:
    """As `render_value`, but more elements, and a matrix with its columns one below the other."""
    tensor = value.value if isinstance(value, TensorState) else value
    if not isinstance(tensor, torch.Tensor):
        return render_value(value, digits)
    if tensor.dim() != 2 or not 1 < tensor.shape[0] <= tensor.numel() <= MOST:
        return render_value(tensor, digits, MOST)
    width = max(len(number(item, digits)) for item in tensor.flatten().tolist())
    rows = []
    for row in tensor.tolist():
        aligned = [number(item, digits).rjust(width) for item in row]
        rows.append(f"[{', '.join(aligned)}]")
    return "[" + ",\n ".join(rows) + "]"
