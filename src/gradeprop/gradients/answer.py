"""A right or wrong answer, and what can be made of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch

Single: TypeAlias = torch.Tensor | float | int | bool | str | None
"""A detached tensor, a number, a truth value, a word or None."""
Answer: TypeAlias = "Single | tuple[Answer, ...]"
"""One of them, or a tuple of answers."""


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
    """The whole answer changed; then, for a tuple, each item alone changed and the others right."""
    if not isinstance(answer, tuple):
        return [change(answer)]
    whole = tuple(change(item) for item in answer)
    if len(answer) < 2:
        return [whole]
    single = [with_component(answer, index, item) for index, item in enumerate(whole)]
    return [whole, *single]


def with_component(answer: tuple[Answer, ...], index: int, item: Answer) -> tuple[Answer, ...]:
    """The tuple with one item replaced."""
    return (*answer[:index], item, *answer[index + 1 :])


def same(first: Answer, second: Answer) -> bool:
    """Equal to the last bit, nan included."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        if first.dtype != second.dtype or first.shape != second.shape:
            return False
        both_nan = (first != first) & (second != second)
        return bool(((first == second) | both_nan).all())
    return type(first) is type(second) and first == second
