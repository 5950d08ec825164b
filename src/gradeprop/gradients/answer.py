"""A right or wrong answer, and what can be made of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch

from gradeprop.gradients.values import Member

Single: TypeAlias = torch.Tensor | float | int | bool | str | frozenset[Member] | None
"""A detached tensor, a number, a truth value, a word, a set of words or numbers, or None."""
Answer: TypeAlias = "Single | tuple[Answer, ...] | dict[str, Answer]"
"""One of them, or a tuple of answers, or a dict of them by name."""


def mapped(
    answer: Answer,
    on_tensor: Callable[[torch.Tensor], torch.Tensor],
    on_number: Callable[[float], float],
    *,
    dtype: torch.dtype | None = None,
) -> Answer:
    """Apply a function to every tensor and Python number.

    A floating tensor is float64 meanwhile, and comes back in its own dtype or in ``dtype``; other
    tensors are taken as they are.
    """
    if isinstance(answer, tuple):
        return tuple(mapped(item, on_tensor, on_number, dtype=dtype) for item in answer)
    if isinstance(answer, dict):
        changed = (mapped(item, on_tensor, on_number, dtype=dtype) for item in answer.values())
        return dict(zip(answer, changed, strict=True))
    if isinstance(answer, torch.Tensor):
        if not answer.dtype.is_floating_point:
            return on_tensor(answer)
        return on_tensor(answer.to(torch.float64)).to(dtype or answer.dtype)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return answer
    return on_number(answer)


def scaled(answer: Answer, factor: float) -> Answer:
    """Every number of the answer times ``factor``; words, truth values and None stay."""
    return mapped(answer, lambda tensor: tensor * factor, lambda value: value * factor)


def one_or_all(answer: Answer, change: Callable[[Answer], Answer]) -> list[Answer]:
    """The whole answer changed; then, for a tuple or dict, each item alone changed and the others
    right."""
    if isinstance(answer, dict):
        return _one_or_all_by_name(answer, change)
    if not isinstance(answer, tuple):
        return [change(answer)]
    whole = tuple(change(item) for item in answer)
    if len(answer) < 2:
        return [whole]
    single = [with_component(answer, index, item) for index, item in enumerate(whole)]
    return [whole, *single]


def _one_or_all_by_name(
    answer: Mapping[str, Answer], change: Callable[[Answer], Answer]
) -> list[Answer]:
    whole = {name: change(item) for name, item in answer.items()}
    if len(answer) < 2:
        return [whole]
    return [whole, *({**answer, name: item} for name, item in whole.items())]


def with_component(answer: tuple[Answer, ...], index: int, item: Answer) -> tuple[Answer, ...]:
    """The tuple with one item replaced."""
    return (*answer[:index], item, *answer[index + 1 :])


def same(first: Answer, second: Answer) -> bool:
    """Equal to the last bit, nan included."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return list(first) == list(second) and all(map(same, first.values(), second.values()))
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        if first.dtype != second.dtype or first.shape != second.shape:
            return False
        both_nan = (first != first) & (second != second)
        return bool(((first == second) | both_nan).all())
    return type(first) is type(second) and first == second
