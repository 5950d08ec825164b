"""The numbers in what was expected and in what came; what came may be anything."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.values import TensorState, Value

__all__ = ["LARGEST", "drawable", "items_of", "numbers_in", "shape_of", "spread"]

LARGEST = 1e100
"""Beyond, a number is not drawn: the differences of two would be infinite."""
_MANY = 100_000  # elements: of a larger tensor nothing is drawn

Anything: TypeAlias = "Value | Answer | Any"


def drawable(number: float) -> bool:
    """Whether there can be a point for it."""
    return math.isfinite(number) and abs(number) <= LARGEST


def shape_of(value: Anything) -> tuple[int, ...] | None:
    """Of a number or a tensor of numbers; None of all else."""
    tensor = value.value if isinstance(value, TensorState) else value
    if isinstance(tensor, torch.Tensor):
        counts = not tensor.dtype.is_complex and tensor.dtype is not torch.bool
        return tuple(tensor.shape) if counts and tensor.numel() <= _MANY else None
    return () if isinstance(tensor, int | float) and not isinstance(tensor, bool) else None


def numbers_in(value: Anything) -> list[float]:
    """Of a number or a tensor of numbers, in one list; of all else none."""
    if shape_of(value) is None:
        return []
    tensor = value.value if isinstance(value, TensorState) else value
    if isinstance(tensor, torch.Tensor):
        found: list[float] = tensor.detach().to("cpu", torch.float64).flatten().tolist()
        return found
    try:
        return [float(tensor)] if isinstance(tensor, int | float) else []
    except OverflowError:  # an integer of hundreds of digits
        return [math.inf]


def spread(count: int, few: int, must: int) -> list[int]:
    """So many of the numbers from 0 to ``count - 1``, evenly spread, ``must`` among them."""
    if few >= count:
        return list(range(count))
    if few < 2:
        return [must]
    found = [round(n * (count - 1) / (few - 1)) for n in range(few)]
    if must not in found:
        inner = range(1, few - 1) if few > 2 else range(few)
        found[min(inner, key=lambda n: abs(found[n] - must))] = must
    return found


def items_of(value: Anything) -> list[Anything]:
    """The items of a tuple, list or dict; of all else none."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, tuple | list) else []
