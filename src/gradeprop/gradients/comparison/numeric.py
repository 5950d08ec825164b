"""A student's numbers against the right ones: first their form, by rule, then the numbers."""

from __future__ import annotations

import torch

from gradeprop.gradients.comparison.elementwise import Pair
from gradeprop.gradients.comparison.forms import Form, form_of_answer, form_of_value
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import number, shape
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.comparison.wrong_type import type_asked, wrong_type
from gradeprop.gradients.values import Value

_KEEP_DTYPE = (
    "Keep the dtype of the input, for example with torch.zeros_like(x), and look for a conversion "
    "such as .float() or .double()."
)
_DECIMAL_POINTS = (
    "Whole numbers make a tensor of integers: write them with a decimal point, and make new "
    "tensors like the input, for example with torch.zeros_like(x)."
)


def in_numbers(
    got: Value, expected: torch.Tensor | float | int | bool, rule: Rule, place: str
) -> Pair | Mismatch | None:
    """The numbers to compare, or what is wrong with the form that ``got`` has by ``rule``.

    None where it is found to be right already.
    """
    mine, right = form_of_value(got), form_of_answer(expected)
    if mine is None or not _admitted(mine, right, rule):
        return wrong_type(got, type_asked(expected, rule), place, rule)
    if mine.kind == "tensor":
        return _attribute(mine, right, rule, place) or _pair(mine, right, rule)
    if mine.kind == right.kind == "truth value":
        if mine.exact == right.exact:
            return None
        return Mismatch("value", place, str(expected), str(got))
    if mine.kind == right.kind == "integer":  # of any size, which a float does not have
        if mine.exact == right.exact:
            return None
        return Mismatch("value", place, number(expected), number(got), wrong=1, total=1)
    return _pair(mine, right, rule)


def _admitted(mine: Form, right: Form, rule: Rule) -> bool:
    """Whether a value of this kind may stand for the right answer at all."""
    asked = rule.kinds_for(tensor=right.kind == "tensor")
    if mine.kind == "tensor":
        return asked != "number"
    if "truth value" in (mine.kind, right.kind):
        return mine.kind == right.kind
    if right.kind == "tensor" and not _like_a_number(right.tensor, rule):
        return False
    return asked != "tensor"


def _like_a_number(right: torch.Tensor, rule: Rule) -> bool:
    """Whether a Python number can stand for this tensor."""
    if right.dtype == torch.bool:
        return False
    return right.dim() == 0 or (right.numel() == 1 and rule.shapes != "exact")


def _pair(mine: Form, right: Form, rule: Rule) -> Pair:
    bounds = None
    if mine.rounded and right.rounded:
        bounds = rule.tolerance(right.dtype, mine.dtype, mine.device)
    return Pair(mine.numbers, right.numbers, bounds)


def _attribute(mine: Form, right: Form, rule: Rule, place: str) -> Mismatch | None:
    """What is wrong with a tensor's dtype, device or shape; None if nothing is."""
    got, expected = mine.tensor, right.tensor
    if not _dtype_fits(got.dtype, expected.dtype, rule, loose=right.kind != "tensor"):
        remedy = _KEEP_DTYPE
        whole = not (got.dtype.is_floating_point or got.dtype.is_complex)
        if expected.dtype.is_floating_point and whole:
            remedy = _DECIMAL_POINTS
        return Mismatch("dtype", place, str(expected.dtype), str(got.dtype), remedy=remedy)
    if rule.device is not None and not _device_fits(mine.device, rule.device):
        return Mismatch("device", place, rule.device, mine.device)
    if not _shape_fits(got, expected, rule):
        return Mismatch("shape", place, shape(expected.shape), shape(got.shape))
    return None


def _dtype_fits(got: torch.dtype, expected: torch.dtype, rule: Rule, *, loose: bool) -> bool:
    """``loose``: the right answer is a Python number, which has no dtype."""
    if got == expected:
        return True
    if rule.dtype == "any" and got.is_complex == expected.is_complex:
        return True
    if loose:
        return not got.is_complex and torch.bool not in (got, expected)
    return rule.dtype == "floating" and got.is_floating_point and expected.is_floating_point


def _device_fits(device: str, asked: str) -> bool:
    """``cuda:0`` is a ``cuda``."""
    return device == asked or device.partition(":")[0] == asked


def _shape_fits(got: torch.Tensor, expected: torch.Tensor, rule: Rule) -> bool:
    if got.shape == expected.shape:
        return True
    if not got.numel() == expected.numel() == 1:
        return False
    flat = got.dim() <= 1 and expected.dim() <= 1
    return rule.shapes == "single" or (rule.shapes == "scalar" and flat)
