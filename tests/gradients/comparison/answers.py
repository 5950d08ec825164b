"""Answers to compare: a right one, and a ladder of wrong ones."""

from __future__ import annotations

import math
from typing import Any

import torch

from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.values import Opaque, TensorState

nan, inf = math.nan, math.inf


def state(values: Any, dtype: Any = torch.float64, device: str = "cpu") -> Any:
    value = values if isinstance(values, torch.Tensor) else torch.tensor(values, dtype=dtype)
    return TensorState(value, device=device)


def tensor(values: Any, dtype: Any = torch.float64) -> Any:
    return torch.tensor(values, dtype=dtype)


def kind(*args: Any, **kwargs: Any) -> Any:
    found = compare(*args, **kwargs)
    return found and found.kind


RIGHT = tensor([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


LADDER = [
    ("none", None),
    ("type", 3.0),
    ("type", [1.0, 2.0]),
    ("type", "six"),
    ("type", {"a": 1.0}),
    ("type", Opaque("numpy.ndarray")),
    ("dtype", state(RIGHT.T.contiguous().float())),  # shape and values are wrong as well
    ("dtype", state(RIGHT.long())),
    ("dtype", state(RIGHT.to(torch.complex128))),
    ("device", state(RIGHT.T.contiguous(), device="cuda:0")),
    ("shape", state(RIGHT.T.contiguous())),
    ("shape", state(RIGHT.reshape(-1))),
    ("shape", state(RIGHT[:1])),
    ("not_finite", state([[1.0, nan, 3.0], [0.0, 0.0, 0.0]])),
    ("value", state(-RIGHT)),
]
