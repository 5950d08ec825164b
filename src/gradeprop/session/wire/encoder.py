"""Values as JSON plus plain numbers; see `gradeprop.session.wire.values` for the form."""

from __future__ import annotations

from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.session.interface import Argument, Bound, Code
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.wire.values import DTYPES, MAX_RANK

if TYPE_CHECKING:
    import torch

__all__ = ["Encoder"]

__builtins__ = KEPT

_ALIGNED: Final = 8
_PLAIN_INT: Final = 2**63


class Encoder:
    """Collects tensors while it writes values.

    Args:
        asking: refuse what cannot be an argument, so that the grader's own mistake shows here and
            not as a failure of the student's.
    """

    def __init__(self, *, asking: bool = False) -> None:
        self._asking = asking
        self._tail: list[bytes] = []
        self._size = 0

    def value(self, value: Argument) -> Any:
        """JSON for ``value``.

        Raises:
            TypeError: it does not travel.
        """
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is int:
            return value if -_PLAIN_INT <= value < _PLAIN_INT else {"i": f"{value:x}"}
        if type(value) is float:
            return value if isfinite(value) else {"f": repr(value)}
        if type(value) is list:
            return {"l": [self.value(item) for item in value]}
        if type(value) is tuple:
            return {"t": [self.value(item) for item in value]}
        if type(value) is dict:
            return {"d": [[key, self.value(item)] for key, item in value.items()]}
        if isinstance(value, TensorState):
            return {"x": self._tensor(value)}
        if isinstance(value, frozenset):
            return {"s": [self.value(item) for item in sorted(value, key=repr)]}
        if isinstance(value, Bound):
            return {"n": value.name}
        if isinstance(value, Code):
            return {"c": [value.name, value.source]}
        if isinstance(value, Opaque) and not self._asking:
            return {"o": value.type_name}
        raise TypeError(f"the wire does not carry a {type(value).__name__}")

    def tail(self) -> bytes:
        """The numbers of all tensors so far."""
        return b"".join(self._tail)

    def _tensor(self, state: TensorState) -> dict[str, Any]:
        if self._asking:
            _refuse_impossible(state)
        return {
            **self._numbers(state.value),
            "device": state.device,
            "requires_grad": state.requires_grad,
            "is_leaf": state.is_leaf,
            "grad": None if state.grad is None else self._numbers(state.grad),
        }

    def _numbers(self, tensor: torch.Tensor) -> dict[str, Any]:
        """Put the numbers of ``tensor`` into the tail; returns where, and what they are."""
        torchs = _torchs()
        dtype, shape = torchs.kind_of(tensor)
        if dtype not in DTYPES or len(shape) > MAX_RANK:
            raise TypeError(f"the wire does not carry a {len(shape)}-dimensional tensor of {dtype}")
        begin = self._size
        numbers = torchs.plain_numbers(tensor)
        padding = bytes(-len(numbers) % _ALIGNED)
        self._tail += (numbers, padding)
        self._size += len(numbers) + len(padding)
        return {"at": begin, "dtype": dtype, "shape": shape}


@cache
def _torchs() -> Any:
    """Imported when it is first needed, which a warm process sees to before any student code."""
    from gradeprop.session.wire import tensors

    return tensors


def _refuse_impossible(state: TensorState) -> None:
    """Refuse a tensor that torch could not build."""
    value = state.value
    if state.requires_grad and not (value.is_floating_point() or value.is_complex()):
        raise TypeError(f"a tensor of {value.dtype} cannot require gradients")
    grad = state.grad
    if grad is not None and (grad.shape, grad.dtype) != (value.shape, value.dtype):
        raise TypeError("a gradient must have the shape and dtype of its tensor")
