"""Values that are of another type than the right answer: what they are called, and the remedy."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Single
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import is_placeholder, shorten, with_article
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.values import Opaque, TensorState, Value

_ONE_THING = ("a tensor", "a number", "a tensor or a number")
_CALLABLE = ("function", "builtin_function_or_method", "method")


def wrong_type(got: Value, wanted: str, place: str, rule: Rule = STRICT) -> Mismatch:
    """The mismatch of a value that is no ``wanted`` ("a tensor", "a tuple") at all.

    Args:
        rule: what would have been right, for a remedy that leads there.
    """
    return Mismatch("type", place, wanted, _type_name(got), remedy=_remedy(got, wanted, rule))


def type_asked(expected: Single, rule: Rule) -> str:
    """What the right answer may be: "a tensor", "a tensor or a number", "True or False"."""
    if isinstance(expected, bool):
        return "True or False"
    if isinstance(expected, str):
        return "text in quotes"
    if isinstance(expected, frozenset):
        return "a set"
    asked = rule.kinds_for(tensor=isinstance(expected, torch.Tensor))
    return "a tensor or a number" if asked == "either" else f"a {asked}"


def _remedy(got: Value, wanted: str, rule: Rule) -> str:
    """What to do about it; of what is hidden, only what the rule tells."""
    type_name = got.type_name if isinstance(got, Opaque) else ""
    if type_name in _CALLABLE:
        return "Did you forget to call it?"
    if isinstance(got, list | tuple) and wanted in _ONE_THING:
        return _remedy_of_items(got, wanted, rule)
    if isinstance(got, dict) and wanted in _ONE_THING:
        return "Take the item that is asked for by its name."
    if wanted == "a dict":
        return 'Give each value its name: {"name": value}.'
    if wanted == "a set":
        return "Put its items in braces."
    if _is_object(type_name) and not is_placeholder(got):
        return "That is an object: give the value that it computes or holds."
    if "tensor" in wanted:
        if type_name.startswith("numpy."):  # also what is left of an array of no axes
            keep = ", dtype=x.dtype), with the input for x" if rule.dtype == "exact" else ")"
            return f"Make it one with torch.as_tensor(...{keep}."
        if isinstance(got, int | float) and not isinstance(got, bool):
            return f"Leave out .item() or float(), or {_made(rule)}."
    elif wanted == "a number" and isinstance(got, TensorState) and got.value.numel() == 1:
        return "Take the number out of the tensor with .item()."
    return ""


def _is_object(type_name: str) -> bool:
    """Whether it is one of a class: not a value that has come in an unforeseen form."""
    if not type_name or " " in type_name:
        return False
    return not type_name.startswith("numpy.")


def _remedy_of_items(got: list[Value] | tuple[Value, ...], wanted: str, rule: Rule) -> str:
    """Of a list or tuple where one thing is wanted."""
    tensors = [item for item in got if isinstance(item, TensorState)]
    # As torch.autograd.grad gives it. A list may have more items another time.
    if isinstance(got, tuple) and len(got) == 1 and (tensors or "number" in wanted):
        return "Take its first item: [0]."
    if tensors or "number" in wanted:
        stacked = " Where its items are the elements of one tensor, torch.stack(...) makes it one."
        return (
            "Take the item that is asked for, such as [0] for the first or [-1] for the last."
            f"{stacked if isinstance(got, list) and len(tensors) == len(got) else ''}"
        )
    return (
        f"Leave out .tolist(), or {_made(rule)}. If it holds several results, take the one that is "
        "asked for."
    )


def _made(rule: Rule) -> str:
    """How to make a tensor of numbers that is right in dtype, too."""
    dtype = ", dtype=x.dtype), with the input for x," if rule.dtype == "exact" else ")"
    return f"make it a tensor with torch.tensor(...{dtype} in the shape that is asked for"


def _type_name(got: Value) -> str:
    if isinstance(got, TensorState):
        return "a tensor"
    if isinstance(got, Opaque):
        if is_placeholder(got):
            return "still the placeholder ..."
        return with_article(shorten(got.type_name))
    if isinstance(got, str):
        return "text"
    if isinstance(got, frozenset):
        return "a set"
    return "None" if got is None else with_article(type(got).__name__)
