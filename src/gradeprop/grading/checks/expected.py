"""What may be expected besides one answer: an exception, a range, one of several words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from gradeprop.course.options import plain
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import number, render_value
from gradeprop.gradients.comparison.wrong_type import wrong_type
from gradeprop.gradients.values import TensorState, Value

__all__ = ["Expected", "OneOf", "Raising", "Within", "from_dict", "to_dict", "wrong_value"]


@dataclass(frozen=True)
class Raising:
    """The call should raise.

    Attributes:
        type_name: of the exception, or of a base class of it: ``"RuntimeError"``.
        says: what stands somewhere in its text; None: any text.
    """

    type_name: str
    says: str | None = None


@dataclass(frozen=True)
class Within:
    """Every number of the value should lie from ``low`` to ``high``, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        if self.low == -math.inf:
            return f"a number up to {number(self.high)}"
        if self.high == math.inf:
            return f"a number from {number(self.low)} on"
        return f"a number from {number(self.low)} to {number(self.high)}"


@dataclass(frozen=True)
class OneOf:
    """The value should be one of these words, whatever its capitals and blanks."""

    words: tuple[str, ...]


Expected: TypeAlias = Raising | Within | OneOf


def wrong_value(got: Value, expected: Expected) -> Mismatch | None:
    """What is wrong with a value, None if nothing is.

    Raises:
        TypeError: an exception is expected, and no value.
    """
    if isinstance(expected, Raising):
        raise TypeError("a call that should raise has no value")
    if isinstance(expected, OneOf):
        return _wrong_word(got, expected)
    return _out_of_range(got, expected)


def to_dict(expected: Expected) -> dict[str, Any]:
    """JSON; `from_dict` reads it. A bound that is not finite is None."""
    if isinstance(expected, Raising):
        return {"raises": expected.type_name, "says": expected.says}
    if isinstance(expected, OneOf):
        return {"one_of": list(expected.words)}
    ends = (expected.low, expected.high)
    return {"within": [end if math.isfinite(end) else None for end in ends]}


def from_dict(data: dict[str, Any]) -> Expected:
    if "raises" in data:
        return Raising(data["raises"], data["says"])
    if "one_of" in data:
        return OneOf(tuple(data["one_of"]))
    low, high = data["within"]
    return Within(-math.inf if low is None else low, math.inf if high is None else high)


def _wrong_word(got: Value, expected: OneOf) -> Mismatch | None:
    words = " or ".join(f'"{word}"' for word in expected.words)
    if got is None:
        return Mismatch("none", "", "text in quotes", "None")
    if not isinstance(got, str):
        return wrong_type(got, "text in quotes", "")
    if any(plain(got) == plain(word) for word in expected.words):
        return None
    return Mismatch("value", "", words, render_value(got), secret=True)


def _out_of_range(got: Value, expected: Within) -> Mismatch | None:
    if got is None:
        return Mismatch("none", "", "a number", "None")
    numbers = list(_numbers_in(got))
    if not numbers or any(item is None for _, item in numbers):
        return wrong_type(got, "a number", "")
    outside = [
        (index, item)
        for index, item in numbers
        if item is not None and not expected.low <= item <= expected.high
    ]
    if not outside:
        return None
    index, worst = max(outside, key=lambda entry: _distance(entry[1], expected))
    return Mismatch(
        "value" if math.isfinite(worst) else "not_finite",
        "",
        str(expected),
        number(worst),
        index if len(numbers) > 1 else (),
        wrong=len(outside),
        total=len(numbers),
    )


def _distance(value: float, expected: Within) -> float:
    if math.isnan(value):
        return math.inf
    return max(expected.low - value, value - expected.high)


def _numbers_in(value: Value) -> Iterator[tuple[tuple[int, ...], float | None]]:
    """Each number and where it stands; None for what is no number."""
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            for index, found in _numbers_in(item):
                yield (position, *index), found
    elif isinstance(value, TensorState):
        yield from _elements(value.value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield (), float(min(max(value, -(10**300)), 10**300)) if isinstance(value, int) else value
    else:
        yield (), None


def _elements(tensor: torch.Tensor) -> Iterator[tuple[tuple[int, ...], float | None]]:
    if tensor.is_complex() or tensor.dtype == torch.bool:
        yield (), None
        return
    flat = tensor.detach().to(torch.float64).flatten()
    for position, item in enumerate(flat.tolist()):
        yield _index(position, tuple(tensor.shape)), item


def _index(position: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Where the element at this place of the flattened tensor stands."""
    index: list[int] = []
    for size in reversed(shape):
        index.append(position % size)
        position //= size
    return tuple(reversed(index))
