"""Is this value the right answer? Attributes first, then finiteness, then numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from gradeprop.gradients.mismatch import ORDER, Kind, Mismatch
from gradeprop.gradients.problem import Answer
from gradeprop.gradients.render import (
    PLACEHOLDER,
    digits_to_tell_apart,
    number,
    pair,
    render_value,
    shape,
    shorten,
    with_article,
)
from gradeprop.gradients.rule import STRICT, Rule
from gradeprop.gradients.tolerance import ZERO_ATOL, Tolerance
from gradeprop.gradients.values import Opaque, TensorState, Value

__all__ = ["STRICT", "Kind", "Mismatch", "Rule", "as_value", "compare", "matches"]

_FEW = 32  # up to so many numbers, Python compares ten times as fast as a dozen calls of torch


def compare(
    got: Value, expected: Answer, rule: Rule = STRICT, labels: tuple[str, ...] = (), *, called: bool = False
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


def matches(got: Value, expected: Answer, rule: Rule) -> bool:
    """The same verdict as :func:`compare`, faster: for trying many wrong answers."""
    if isinstance(expected, tuple) and isinstance(got, tuple | list):
        return len(got) == len(expected) and all(
            matches(mine, theirs, rule.item(index))
            for index, (mine, theirs) in enumerate(zip(got, expected, strict=True))
        )
    if isinstance(got, TensorState) and isinstance(expected, torch.Tensor):
        if got.value.numel() != expected.numel():
            return False
        floating = got.value.dtype.is_floating_point and expected.dtype.is_floating_point
        if floating and got.value.shape == expected.shape and rule.dtype == "any" and rule.device is None:
            bounds = rule.tolerance(expected.dtype, got.value.dtype, got.device)
            mine, theirs = (item.detach().to("cpu", torch.float64) for item in (got.value, expected))
            near = _near(mine, theirs, bounds)
            near = not bool(_wrong(mine, theirs, bounds).any()) if near is None else near
            return rule.kinds != "number" and near
    return compare(got, expected, rule) is None


def as_value(answer: Answer) -> Value:
    """A right or wrong answer dressed as what a student would have left behind."""
    if isinstance(answer, tuple):
        return tuple(as_value(item) for item in answer)
    if isinstance(answer, torch.Tensor):
        return TensorState(answer.detach().cpu(), device=str(answer.device))
    return answer


def _compare(got: Value, expected: Answer, rule: Rule, place: str, labels: tuple[str, ...]) -> list[Mismatch]:
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
            [] if same else [Mismatch("value", place, render_value(expected), render_value(got), secret=True)]
        )
    mismatch = _numeric(got, expected, rule, place)
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
        return [replace(wrong_type(got, "a tuple", place), remedy="Return all items, separated by commas.")]
    if len(got) != len(expected):
        return [Mismatch("length", place, wanted, f"{len(got)} item{'' if len(got) == 1 else 's'}")]
    found: list[Mismatch] = []
    for number_, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        name = labels[number_] if number_ < len(labels) else f"item {number_ + 1}"
        found += _compare(mine, theirs, rule.item(number_), f"{place}, {name}" if place else name, ())
    return found


def _numeric(
    got: Value, expected: torch.Tensor | float | int | bool, rule: Rule, place: str
) -> Mismatch | None:
    """``expected`` is a tensor or a Python number; nothing else is left."""
    is_tensor = isinstance(expected, torch.Tensor)
    target = expected.detach() if isinstance(expected, torch.Tensor) else _scalar(expected)
    tensor_ok = rule.kinds in ("tensor", "either") or (rule.kinds == "same" and is_tensor)
    number_ok = rule.kinds in ("number", "either") or (rule.kinds == "same" and not is_tensor)
    if isinstance(got, TensorState) and tensor_ok:
        value, dtype, device = got.value.detach(), got.value.dtype, got.device
        attribute = _attributes(value, device, target, rule, place, loose=not is_tensor)
        if attribute:
            return attribute
    elif isinstance(got, bool) and isinstance(expected, bool):
        same = got is expected
        return None if same else Mismatch("value", place, str(expected), str(got), secret=True)
    elif (
        isinstance(got, int | float)
        and not isinstance(got, bool)
        and number_ok
        and target.dtype != torch.bool
        and (target.dim() == 0 or (target.numel() == 1 and rule.shapes != "exact"))
    ):
        if isinstance(got, int) and isinstance(expected, int) and not isinstance(expected, bool):
            return None if got == expected else _one_number(expected, got, place)
        value, dtype, device = _scalar(got), None, "cpu"
    else:
        return wrong_type(got, _wanted(expected, rule), place)
    value = value.reshape(target.shape)  # the same shape, or one element each: never broadcast
    mine, theirs = _comparable(value.cpu()), _comparable(target.cpu())
    if mine is None or theirs is None:  # integers and truth values: exact
        wrong = value.cpu() != target.cpu()
        if not bool(wrong.any()):
            return None
        mine, theirs = value.cpu().to(torch.float64), target.cpu().to(torch.float64)
        return _values(mine, theirs, wrong, place, secret=target.dtype == torch.bool and target.numel() == 1)
    bounds = rule.tolerance(expected.dtype if isinstance(expected, torch.Tensor) else None, dtype, device)
    return _close(mine, theirs, bounds, place)


def _attributes(
    value: torch.Tensor, device: str, target: torch.Tensor, rule: Rule, place: str, *, loose: bool
) -> Mismatch | None:
    """dtype, device, shape. ``loose``: the right answer is a Python number, which has no dtype."""
    floating = value.dtype.is_floating_point and target.dtype.is_floating_point
    fits = value.dtype == target.dtype or (floating and (rule.dtype == "floating" or loose))
    fits = fits or (loose and not value.dtype.is_complex and torch.bool not in (value.dtype, target.dtype))
    if not fits and rule.dtype == "any":
        fits = value.dtype.is_complex == target.dtype.is_complex
    if not fits:
        return Mismatch("dtype", place, str(target.dtype), str(value.dtype))
    if rule.device is not None and device != rule.device and device.partition(":")[0] != rule.device:
        return Mismatch("device", place, rule.device, device)
    single = value.numel() == target.numel() == 1 and (
        rule.shapes == "single" or (rule.shapes == "scalar" and value.dim() <= 1 and target.dim() <= 1)
    )
    if value.shape != target.shape and not single:
        return Mismatch("shape", place, shape(target.shape), shape(value.shape))
    return None


def _close(mine: torch.Tensor, theirs: torch.Tensor, bounds: Tolerance, place: str) -> Mismatch | None:
    """Both float64 or complex128, on the CPU, of one shape."""
    if _near(mine, theirs, bounds):
        return None
    broken = ~torch.isfinite(mine) & torch.isfinite(theirs)
    if bool(broken.any()):
        return replace(_values(mine, theirs, broken, place), kind="not_finite")
    wrong = _wrong(mine, theirs, bounds)
    return _values(mine, theirs, wrong, place) if bool(wrong.any()) else None


def _near(mine: torch.Tensor, theirs: torch.Tensor, bounds: Tolerance) -> bool | None:
    """Whether all of few, finite numbers are within bounds; None where only `_wrong` can tell."""
    if mine.numel() > _FEW or mine.is_complex() or theirs.is_complex():
        return None
    ours, expected = mine.reshape(-1).tolist(), theirs.reshape(-1).tolist()
    if not (all(map(math.isfinite, ours)) and all(map(math.isfinite, expected))):
        return None
    least = bounds.floor * max(map(abs, expected), default=0.0)
    atol = bounds.atol if any(ours) else min(bounds.atol, ZERO_ATOL)
    return all(
        abs(a - b) <= atol + bounds.rtol * max(least, abs(b)) for a, b in zip(ours, expected, strict=True)
    )


def _wrong(mine: torch.Tensor, theirs: torch.Tensor, bounds: Tolerance) -> torch.Tensor:
    """Which elements are out of bounds; inf and nan must be where they belong."""
    size = theirs.abs()
    finite = torch.isfinite(size)
    largest = torch.where(finite, size, 0.0).max() if size.numel() else 0.0
    scale = (bounds.floor * largest + torch.zeros_like(size)).maximum(size)
    atol = bounds.atol if bool((mine != 0).any()) else min(bounds.atol, ZERO_ATOL)
    near = (mine - theirs).abs() <= atol + bounds.rtol * scale
    same = (mine == theirs) | (torch.isnan(mine) & torch.isnan(theirs))
    return ~torch.where(finite, near, same)


def _values(
    mine: torch.Tensor, theirs: torch.Tensor, wrong: torch.Tensor, place: str, *, secret: bool = False
) -> Mismatch:
    """Describe the elements that are ``wrong`` (at least one)."""
    difference = torch.where(wrong, (mine - theirs).abs(), torch.zeros(()).to(torch.float64))
    ranked = torch.where(wrong & torch.isnan(difference), math.inf, difference)
    where = _index(ranked)
    if not bool(wrong[where]):  # all differences are 0 or overflow: point at the first wrong one
        where = _index(wrong.to(torch.float64))
    relative = ranked / theirs.abs()
    relative = torch.where(wrong & (theirs != 0) & ~torch.isnan(relative), relative, -1.0)
    relative_where = _index(relative)
    expected, got = pair(theirs[where].item(), mine[where].item())
    whole = None
    if 1 < mine.numel() <= 8:
        digits = max(
            (
                digits_to_tell_apart(a, b)
                for a, b in zip(theirs[wrong].tolist(), mine[wrong].tolist(), strict=True)
                if not isinstance(a, complex) and math.isfinite(a) and math.isfinite(b)
            ),
            default=4,
        )
        whole = (render_value(theirs, digits), render_value(mine, digits))
    greatest = float(relative[relative_where])
    return Mismatch(
        "value",
        place,
        expected,
        got,
        index=where,
        whole=whole,
        absolute=float(ranked[where]),
        relative=greatest if greatest >= 0 else None,
        relative_index=relative_where,
        wrong=int(wrong.sum()),
        total=mine.numel(),
        secret=secret,
    )


def _one_number(expected: int, got: int, place: str) -> Mismatch:
    """Python integers, of any size, that differ."""
    return Mismatch("value", place, number(expected), number(got), wrong=1, total=1)


def _index(values: torch.Tensor) -> tuple[int, ...]:
    """Where the largest is. (torch.unravel_index would import sympy: a second of every start.)"""
    left, places = int(values.reshape(-1).argmax()), []
    for size in reversed(values.shape):
        left, place = divmod(left, size)
        places.append(place)
    return tuple(reversed(places))


def _scalar(value: float | int | bool) -> torch.Tensor:
    if isinstance(value, bool):
        return torch.tensor(value)
    try:
        return torch.tensor(float(value), dtype=torch.float64)
    except OverflowError:  # an integer beyond the range of a float
        return torch.tensor(math.inf if value > 0 else -math.inf, dtype=torch.float64)


def _comparable(value: torch.Tensor) -> torch.Tensor | None:
    """float64 or complex128 for what is compared by tolerance, else None."""
    if value.dtype.is_complex:
        return value.to(torch.complex128)
    return value.to(torch.float64) if value.dtype.is_floating_point else None


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
    elif isinstance(got, Opaque) and got.type_name in ("function", "builtin_function_or_method", "method"):
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
