"""Plain data that student code can leave behind: the wire carries it, comparisons read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

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


Member: TypeAlias = "bool | int | float | str | tuple[Member, ...] | None"
"""What a set may hold."""
Value: TypeAlias = (
    "bool | int | float | str | TensorState | Opaque | frozenset[Member]"
    " | list[Value] | tuple[Value, ...] | dict[str, Value] | None"
)
"""What the wire carries: plain data, tensors with all that is known of them, and the names of types
that it does not carry. A set of any kind is a frozenset."""


FACTS: Final = (
    "piled", "cleared", "moved", "stepped_again", "is_input", "is_gradient", "reached", "returns",
    "differentiated",
)  # fmt: skip
"""What of `Evidence` is so, is not so, or is not known."""


@dataclass(frozen=True)
class Evidence:
    """What was seen of one question in the student's process: what is so, or is not; None where
    nobody can tell. Best effort and easily forged: it may exclude a cause, and proves none.

    Attributes:
        reached: a backward pass has put a gradient into this tensor (of a call: into any).
        piled: a backward pass found a gradient there already, other than 0, and added to it.
        cleared: a step was taken when the gradients that backward had found were gone again.
        moved: a tensor that backward had reached has other values now.
        stepped_again: an optimizer stepped more often than backward ran.
        is_input: what came back lies in the memory of an argument, or of the tensor that was
            differentiated by.
        is_gradient: what came back is a gradient as torch found it.
        differentiated: autograd has found some gradient in this process, if not during a check.
        returns: the function's code returns something other than None.
        origins: names of the tensors, among those of the notebook, that this one was computed from.
    """

    reached: bool | None = None
    piled: bool | None = None
    cleared: bool | None = None
    moved: bool | None = None
    stepped_again: bool | None = None
    is_input: bool | None = None
    is_gradient: bool | None = None
    returns: bool | None = None
    differentiated: bool | None = None
    origins: tuple[str, ...] | None = None


NOTHING_SEEN = Evidence()
