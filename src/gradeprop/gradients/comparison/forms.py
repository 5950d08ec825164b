"""What a comparison of numbers sees of a value: its kind, its numbers, where they live."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch

from gradeprop.gradients.comparison.elementwise import Numbers
from gradeprop.gradients.values import TensorState, Value

FormKind: TypeAlias = Literal["tensor", "truth value", "integer", "float"]


@dataclass(frozen=True, eq=False)
class Form:
    """A student's value or a right answer that is made of numbers.

    Attributes:
        kind: a tensor of any dtype, or what kind of Python number.
        numbers: the tensor, or a Python number as a float (±inf beyond its range) or, if it is a
            truth value, as a tensor of dtype bool.
        exact: the Python number itself; None for a tensor.
        device: where a student's tensor lived; of anything else it does not matter.
    """

    kind: FormKind
    numbers: Numbers
    exact: bool | int | float | None = None
    device: str = "cpu"

    @property
    def tensor(self) -> torch.Tensor:
        """The numbers as a tensor; a Python number is a float64 of shape ()."""
        if isinstance(self.numbers, torch.Tensor):
            return self.numbers
        return torch.tensor(self.numbers, dtype=torch.float64)

    @property
    def dtype(self) -> torch.dtype | None:
        """None for a Python number, which has none."""
        return self.tensor.dtype if self.kind == "tensor" else None

    @property
    def rounded(self) -> bool:
        """Whether rounding is forgiven; a tensor of integers or truth values must be equal."""
        if not isinstance(self.numbers, torch.Tensor):
            return True
        return self.numbers.dtype.is_floating_point or self.numbers.dtype.is_complex


def form_of_value(value: Value) -> Form | None:
    """The form of what a student left behind; None for what is not made of numbers."""
    if isinstance(value, TensorState):
        return Form("tensor", value.value, device=value.device)
    if isinstance(value, bool | int | float):
        return _of_number(value)
    return None


def form_of_answer(answer: torch.Tensor | float | int | bool) -> Form:
    """The form of a right answer."""
    if isinstance(answer, torch.Tensor):
        return Form("tensor", answer)
    return _of_number(answer)


def _of_number(number: float | int | bool) -> Form:
    if isinstance(number, bool):  # before int, of which it is a subclass
        return Form("truth value", torch.tensor(number), number)
    if isinstance(number, int):
        return Form("integer", _as_float(number), number)
    return Form("float", number, number)


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond the range of a float
        return math.inf if number > 0 else -math.inf
