"""What a grader may write in the calls that write a check down, where loading looks for slips of
the pen in them."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Final

_DRAWN: Final = (
    "shape", "dtype", "low", "high", "positive", "avoid", "gap", "integer", "requires_grad",
)  # fmt: skip
OF_STUDENT: Final[Mapping[str, tuple[str, ...] | None]] = {
    "value": ("name",),
    "values": (),
    "name": ("name",),
    "call": None,
    "run": None,
}
"""Method of ``student`` -> its keywords; None where those are the student's own."""
OF_REFERENCE: Final[Mapping[str, tuple[str, ...] | None]] = {
    "inputs": _DRAWN,
    "expect": ("handle",),
}
OF_EXPECTATION: Final[Mapping[str, tuple[str, ...] | None]] = {
    "to_match": (
        "problem", "kinds", "shapes", "dtype", "rtol", "atol", "items", "requires_grad", "is_leaf",
        "computed_from", "by_backward",
    ),
    "to_raise": ("type_name", "says"),
    "to_be_within": ("low", "high"),
    "to_be_one_of": (),
}  # fmt: skip
OF_PROBLEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "Gradient": ("f", "at", "upstream", "wrong", "labels"),
    "Jacobian": ("f", "at", "wrong"),
    "Hessian": ("f", "at", "wrong"),
    "HVP": ("f", "at", "v", "wrong"),
    "Descent": (
        "predict", "x", "y", "start", "lr", "steps", "reduction", "factor", "returns", "leftover",
        "labels",
    ),
    "Field": ("values", "spacing", "labels"),
    "Fixed": ("answer", "mistakes", "labels"),
    "Rule": (
        "kinds", "shapes", "dtype", "device", "rtol", "atol", "tolerances", "items",
    ),
}  # fmt: skip
"""Class of ``gradeprop.gradients`` -> its keywords. An optimizer takes what torch's takes."""
REDUCTIONS: Final = ("mean", "sum")

OF_PYTHON: Final = tuple(
    name
    for name, item in vars(builtins).items()
    if isinstance(item, type) and issubclass(item, BaseException)
)
OF_TORCH: Final = ("AcceleratorError", "LinAlgError", "OutOfMemoryError")
"""Exceptions of torch that stand without a module; of anything else a module is written."""
DTYPES: Final = (
    "bfloat16", "bool", "complex128", "complex64", "double", "float", "float16", "float32",
    "float64", "half", "int", "int16", "int32", "int64", "int8", "long", "short", "uint8",
)  # fmt: skip
"""What inputs may be drawn as; torch's rarer ones are checked where they are drawn."""
