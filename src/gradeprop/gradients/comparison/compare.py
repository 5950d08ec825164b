"""Is this value the right answer? Attributes first, then finiteness, then numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.elementwise import Pair
from gradeprop.gradients.comparison.mismatch import ORDER, Mismatch
from gradeprop.gradients.comparison.render import (
    PLACEHOLDER,
    number,
    render_value,
    shape,
    shorten,
    with_article,
)
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.values import Opaque, TensorState, Value


def compare(
    got: Value,
    expected: Answer,
    rule: Rule = STRICT,
    labels: tuple[str, ...] = (),
    *,
    called: bool = False,
) -> Mismatch | None:
    """None if ``got`` is the right answer, else the most basic thing that is wrong with it.

    Args:
        got: the student's value, as it came over the wire.
        expected: the right answer; tensors of any shape and dtype, on any device.
        rule: what counts as the same.
        labels: names for the items of a tuple answer.
        called: ``got`` was returned by a function (only the wording for None depends on it).
    """
    found = _compare(got, expected, rule, "", labels)
    worst = min(found, key=lambda mismatch: ORDER.index(mismatch.kind), default=None)
    return replace(worst, called=called) if worst and called else worst


def matches(got: Value, expected: Answer, rule: Rule, *, most_atol: float = math.inf) -> bool:
    """The same verdict as :func:`compare`, faster: for trying many wrong answers.

    Args:
        most_atol: whatever the rule says, no absolute tolerance beyond this.
    """
    if isinstance(expected, tuple) and isinstance(got, tuple | list):
        return len(got) == len(expected) and all(
            matches(mine, theirs, rule.item(index), most_atol=most_atol)
            for index, (mine, theirs) in enumerate(zip(got, expected, strict=True))
        )
    if got is None or expected is None or isinstance(expected, str | tuple):
        return compare(got, expected, rule) is None
    found = _numeric(got, expected, rule, "")
    if not isinstance(found, Pair):
        return found is None
    if found.bounds is not None and found.bounds.atol > most_atol:
        found = replace(found, bounds=replace(found.bounds, atol=most_atol))
    return found.agree()


def as_value(answer: Answer) -> Value:
    """A right or wrong answer dressed as what a student would have left behind."""
    if isinstance(answer, tuple):
        return tuple(as_value(item) for item in answer)
    if isinstance(answer, torch.Tensor):
        return TensorState(answer.detach().cpu(), device=str(answer.device))
    return answer


def _compare(
    got: Value, expected: Answer, rule: Rule, place: str, labels: tuple[str, ...]
) -> list[Mismatch]:
    if isinstance(expected, tuple):
        return _sequence(got, expected, rule, place, labels)
    if got is None and expected is not None:
        return [Mismatch("none", place, _wanted(expected, rule), "None")]
    if expected is None:
        return [] if got is None else [wrong_type(got, "None", place)]
    if isinstance(expected, str):
        if not isinstance(got, str):
            return [wrong_type(got, "text in quotes", place)]
        same = got.strip() == expected.strip()
        return (
            []
            if same
            else [Mismatch("value", place, render_value(expected), render_value(got), secret=True)]
        )
    found = _numeric(got, expected, rule, place)
    mismatch = found.mismatch(place) if isinstance(found, Pair) else found
    if mismatch and mismatch.kind == "value" and _is_truth_value(expected):
        mismatch = replace(mismatch, secret=True)
    return [mismatch] if mismatch else []


def _sequence(
    got: Value, expected: tuple[Answer, ...], rule: Rule, place: str, labels: tuple[str, ...]
) -> list[Mismatch]:
    wanted = f"a tuple of {len(expected)} items"
    if len(labels) == len(expected):
        wanted += f" ({', '.join(labels)})"
    if got is None:
        return [Mismatch("none", place, wanted, "None")]
    if not isinstance(got, tuple | list):
        return [
            replace(
                wrong_type(got, "a tuple", place), remedy="Return all items, separated by commas."
            )
        ]
    if len(got) != len(expected):
        return [Mismatch("length", place, wanted, f"{len(got)} item{'' if len(got) == 1 else 's'}")]
    found: list[Mismatch] = []
    for number_, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        name = labels[number_] if number_ < len(labels) else f"item {number_ + 1}"
        found += _compare(
            mine, theirs, rule.item(number_), f"{place}, {name}" if place else name, ()
        )
    return found


def _numeric(
    got: Value, expected: torch.Tensor | float | int | bool, rule: Rule, place: str
) -> Pair | Mismatch | None:
    """The numbers to compare, if ``got`` has the form of ``expected`` (a tensor or a Python number;
    nothing else is left), else what is wrong with it; None where it is found to be right
    already."""
    is_tensor = isinstance(expected, torch.Tensor)
    tensor_ok = rule.kinds in ("tensor", "either") or (rule.kinds == "same" and is_tensor)
    number_ok = rule.kinds in ("number", "either") or (rule.kinds == "same" and not is_tensor)
    if isinstance(got, TensorState) and tensor_ok:
        target = expected if isinstance(expected, torch.Tensor) else _scalar(expected)
        attribute = _attributes(got.value, got.device, target, rule, place, loose=not is_tensor)
        if attribute:
            return attribute
        exact = not (_by_tolerance(got.value) and _by_tolerance(target))
        dtype = expected.dtype if isinstance(expected, torch.Tensor) else None
        return Pair(
            got.value, target, None if exact else rule.tolerance(dtype, got.value.dtype, got.device)
        )
    if isinstance(got, bool) and isinstance(expected, bool):
        return None if got is expected else Mismatch("value", place, str(expected), str(got))
    if isinstance(got, bool) or not isinstance(got, int | float) or not number_ok:
        return wrong_type(got, _wanted(expected, rule), place)
    if isinstance(expected, torch.Tensor):
        single = expected.dim() == 0 or (expected.numel() == 1 and rule.shapes != "exact")
        if expected.dtype == torch.bool or not single:
            return wrong_type(got, _wanted(expected, rule), place)
        bounds = rule.tolerance(expected.dtype, None, "cpu") if _by_tolerance(expected) else None
        return Pair(_float(got), expected, bounds)
    if isinstance(expected, bool):
        return wrong_type(got, _wanted(expected, rule), place)
    if isinstance(got, int) and isinstance(expected, int):
        return None if got == expected else _one_number(expected, got, place)
    return Pair(_float(got), _float(expected), rule.tolerance(None, None, "cpu"))


def _attributes(
    value: torch.Tensor, device: str, target: torch.Tensor, rule: Rule, place: str, *, loose: bool
) -> Mismatch | None:
    """dtype, device, shape. ``loose``: the right answer is a Python number, which has no dtype."""
    floating = value.dtype.is_floating_point and target.dtype.is_floating_point
    fits = value.dtype == target.dtype or (floating and (rule.dtype == "floating" or loose))
    fits = fits or (
        loose and not value.dtype.is_complex and torch.bool not in (value.dtype, target.dtype)
    )
    if not fits and rule.dtype == "any":
        fits = value.dtype.is_complex == target.dtype.is_complex
    if not fits:
        return Mismatch("dtype", place, str(target.dtype), str(value.dtype))
    if (
        rule.device is not None
        and device != rule.device
        and device.partition(":")[0] != rule.device
    ):
        return Mismatch("device", place, rule.device, device)
    single = value.numel() == target.numel() == 1 and (
        rule.shapes == "single"
        or (rule.shapes == "scalar" and value.dim() <= 1 and target.dim() <= 1)
    )
    if value.shape != target.shape and not single:
        return Mismatch("shape", place, shape(target.shape), shape(value.shape))
    return None


def _one_number(expected: int, got: int, place: str) -> Mismatch:
    """Python integers, of any size, that differ."""
    return Mismatch("value", place, number(expected), number(got), wrong=1, total=1)


def _scalar(value: float | int | bool) -> torch.Tensor:
    return (
        torch.tensor(value)
        if isinstance(value, bool)
        else torch.tensor(_float(value), dtype=torch.float64)
    )


def _float(value: float | int) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond the range of a float
        return math.inf if value > 0 else -math.inf


def _by_tolerance(value: torch.Tensor) -> bool:
    """Integers and truth values are compared exactly."""
    return value.dtype.is_floating_point or value.dtype.is_complex


def _is_truth_value(expected: Answer) -> bool:
    """Which cannot be told without giving it away."""
    if isinstance(expected, torch.Tensor):
        return expected.dtype == torch.bool and expected.numel() == 1
    return isinstance(expected, bool)


def _wanted(expected: Answer, rule: Rule) -> str:
    if isinstance(expected, bool):
        return "True or False"
    if isinstance(expected, str):
        return "text in quotes"
    tensor = isinstance(expected, torch.Tensor)
    if rule.kinds == "either":
        return "a tensor or a number"
    if rule.kinds == "tensor" or (rule.kinds == "same" and tensor):
        return "a tensor"
    return "a number"


def wrong_type(got: Value, wanted: str, place: str) -> Mismatch:
    """The mismatch of a value that is no ``wanted`` ("a tensor", "a tuple") at all."""
    remedy = ""
    if "tensor" in wanted and (
        isinstance(got, list | tuple | int | float)
        or (isinstance(got, Opaque) and got.type_name.startswith("numpy."))
    ):
        remedy = "Make it one with torch.tensor(...)."
    elif wanted == "a number" and isinstance(got, TensorState):
        remedy = "Take the number out of the tensor with .item()."
    elif isinstance(got, Opaque) and got.type_name in (
        "function",
        "builtin_function_or_method",
        "method",
    ):
        remedy = "Did you forget to call it?"
    return Mismatch("type", place, wanted, _type_name(got), remedy=remedy)


def _type_name(got: Value) -> str:
    if isinstance(got, TensorState):
        return "a tensor"
    if isinstance(got, Opaque):
        if got.type_name == PLACEHOLDER:
            return "still the placeholder ..."
        return with_article(shorten(got.type_name))
    if isinstance(got, str):
        return "text"
    return "None" if got is None else with_article(type(got).__name__)
