"""Values that are of another type than the right answer: what they are called, and the remedy."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Single
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import PLACEHOLDER, shorten, with_article
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState, Value

_CALLABLE = ("function", "builtin_function_or_method", "method")


def wrong_type(got: Value, wanted: str, place: str) -> Mismatch:
    """The mismatch of a value that is no ``wanted`` ("a tensor", "a tuple") at all."""
    return Mismatch("type", place, wanted, _type_name(got), remedy=_remedy(got, wanted))


def type_asked(expected: Single, rule: Rule) -> str:
    """What the right answer may be: "a tensor", "a tensor or a number", "True or False"."""
    if isinstance(expected, bool):
        return "True or False"
    if isinstance(expected, str):
        return "text in quotes"
    asked = rule.kinds_for(tensor=isinstance(expected, torch.Tensor))
    return "a tensor or a number" if asked == "either" else f"a {asked}"


def _remedy(got: Value, wanted: str) -> str:
    type_name = got.type_name if isinstance(got, Opaque) else ""
    if "tensor" in wanted:
        if isinstance(got, list | tuple | int | float) or type_name.startswith("numpy."):
            return "Make it one with torch.tensor(...)."
    elif wanted == "a number" and isinstance(got, TensorState):
        return "Take the number out of the tensor with .item()."
    return "Did you forget to call it?" if type_name in _CALLABLE else ""


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
