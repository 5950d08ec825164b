"""Plain data that student code can leave behind: the wire carries it, comparisons read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class TensorState:
    """All that is known of one of the student's tensors.

    ``value`` and ``grad`` are detached CPU tensors with the student's own dtype and shape;
    ``device`` is where the student's tensor lived (``"cpu"``, ``"cuda:0"``).
    """

    value: torch.Tensor
    device: str = "cpu"
    requires_grad: bool = False
    is_leaf: bool = True
    grad: torch.Tensor | None = None


@dataclass(frozen=True)
class Opaque:
    """A student's value of a type that the wire does not carry; only its type's name is known."""

    type_name: str


Value: TypeAlias = (
    "bool | int | float | str | TensorState | Opaque"
    " | list[Value] | tuple[Value, ...] | dict[str, Value] | None"
)
"""What the wire carries: plain data, tensors with all that is known of them, and the names of types
that it does not carry."""
