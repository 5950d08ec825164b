"""Live objects of student code as plain values, and plain values as live objects.

Runs beside student code, whose objects may be hostile: types are compared exactly, no method of a
student's class is called, and what is not a known plain type becomes `Opaque` with its type's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch

from gradeprop.gradients.values import Opaque, TensorState, Value
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.numpy_numbers import numpy_numbers
from gradeprop.session.wire import tensors as torchs
from gradeprop.session.wire.tensors import PARAMETER, TENSOR

__all__ = ["TooLargeError", "build", "capture", "type_name"]

__builtins__ = KEPT

MAX_DEPTH: Final = 24
MAX_PARTS: Final = 100_000
MAX_MEMBERS: Final = 1_024
MAX_RANK: Final = 16
MAX_INT_BITS: Final = 4_096
_DTYPES: Final = frozenset({
    torch.float32, torch.float64, torch.float16, torch.bfloat16,
    torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool,
    torch.complex64, torch.complex128,
})  # fmt: skip
# Descriptors taken before any student code ran, so that replacing an attribute of these classes or
# of a metaclass changes nothing here.
_name_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__
_mro_of = type.__dict__["__mro__"].__get__
_dict_of = type.__dict__["__dict__"].__get__
_items_of = tuple.__iter__
_MEMBERS: Final = frozenset({type(None), bool, int, float, str})
_NUMPY_NUMBERS: Final = numpy_numbers()


class TooLargeError(Exception):
    """A value has more bytes or parts than an answer may have."""


def type_name(thing: object) -> str:
    """The name of ``thing``'s type, as a student would write it: ``"numpy.ndarray"``, ``"int"``."""
    return name_of_type(type(thing))


def name_of_type(kind: type) -> str:
    """A type's name, as a student would write it."""
    name = str(_name_of(kind))
    module = _module_of(kind)
    if type(module) is not str or module in ("builtins", "__main__"):
        return name[:200]
    return f"{module}.{name}"[:200]


@dataclass
class _Budget:
    bytes_left: int
    parts_left: int = MAX_PARTS

    def take(self, size: int) -> None:
        self.bytes_left -= size
        self.parts_left -= 1
        if self.bytes_left < 0 or self.parts_left < 0:
            raise TooLargeError


def capture(thing: object, max_bytes: int = 32 << 20) -> Value:
    """``thing`` as a plain value.

    Raises:
        TooLargeError: it has more than ``max_bytes`` bytes or too many parts.
        MemoryError: copying a tensor needs more memory than there is.
    """
    return _capture(thing, _Budget(max_bytes), 0)


def _capture(thing: Any, budget: _Budget, depth: int) -> Value:
    thing = _without_names(thing)
    kind = type(thing)
    budget.take(16)
    if thing is None or kind is bool or kind is float:
        return thing  # type: ignore[no-any-return]
    if kind is int:
        return thing if thing.bit_length() <= MAX_INT_BITS else Opaque("int of more than 4096 bits")
    if kind is str:
        budget.take(4 * len(thing))
        return thing  # type: ignore[no-any-return]
    if kind in (list, tuple, dict) and depth >= MAX_DEPTH:
        return Opaque(f"{kind.__name__} (nested too deeply)")
    if kind is list:
        return [_capture(item, budget, depth + 1) for item in thing]
    if kind is tuple:
        return tuple(_capture(item, budget, depth + 1) for item in thing)
    if kind is dict:
        if not all(type(key) is str for key in thing):
            return Opaque("dict (with keys that are not strings)")
        return {key: _capture(item, budget, depth + 1) for key, item in thing.items()}
    if kind is set or kind is frozenset:
        return _capture_set(thing, budget)
    if kind is TENSOR or kind is PARAMETER:
        return _capture_tensor(thing, budget)
    if kind in _NUMPY_NUMBERS:  # np.float64 is a float, and the others are printed as one
        return thing.item()  # type: ignore[no-any-return]
    return Opaque(type_name(thing))


def _without_names(thing: Any) -> Any:
    """A tuple whose items have names, as namedtuple, NamedTuple and what torch.max returns are,
    as the plain one that it unpacks to; nothing of its class is called."""
    line = _mro_of(type(thing))
    if type(thing) is tuple or tuple not in line:
        return thing
    named = any("_fields" in _dict_of(item) or "n_fields" in _dict_of(item) for item in line)
    return tuple(_items_of(thing)) if named else thing


def _capture_set(members: Any, budget: _Budget) -> Value:
    if len(members) > MAX_MEMBERS:
        return Opaque(f"set (of more than {MAX_MEMBERS} items)")
    if not all(map(_may_be_member, members)):
        return Opaque("set (of other things than words and numbers)")
    captured = [_capture(item, budget, MAX_DEPTH - 1) for item in members]
    if not all(map(_may_be_member, captured)):
        return Opaque("set (of numbers that are too large)")
    return frozenset(captured)  # type: ignore[arg-type]


def _may_be_member(thing: Any) -> bool:
    if type(thing) is tuple:
        return all(type(item) in _MEMBERS for item in thing)
    return type(thing) in _MEMBERS


def _capture_tensor(tensor: torch.Tensor, budget: _Budget) -> Value:
    with torchs.untouched():
        if torchs.is_nested(tensor):
            return Opaque("torch.Tensor (nested)")
        layout, device = torchs.layout_of(tensor), torchs.device_of(tensor)
        dtype, rank = torchs.dtype_of(tensor), torchs.rank(tensor)
        if layout is not torchs.strided or device.type == "meta" or torchs.is_quantized(tensor):
            said = str(layout).removeprefix("torch.")
            return Opaque(f"torch.Tensor ({said}, {dtype}, {device.type})")
        if dtype not in _DTYPES or rank > MAX_RANK:
            return Opaque(f"torch.Tensor ({rank} dimensions, {dtype})")
        grad = _grad_of(tensor)
        return TensorState(
            value=_copy(tensor, budget),
            device=str(device),
            requires_grad=torchs.requires_grad(tensor),
            is_leaf=torchs.is_leaf(tensor),
            grad=None if grad is None else _copy(grad, budget),
        )


def _grad_of(tensor: torch.Tensor) -> torch.Tensor | None:
    if not torchs.is_leaf(tensor) and not torchs.retains_grad(tensor):
        return None
    grad: torch.Tensor | None = torchs.grad_of(tensor)
    plain = type(grad) is TENSOR and torchs.layout_of(grad) is torchs.strided
    return grad if plain else None


def _copy(tensor: torch.Tensor, budget: _Budget) -> torch.Tensor:
    # Before copying: an expanded tensor can claim 2**40 elements and hold one.
    budget.take(torchs.numel(tensor) * torchs.element_size(tensor))
    copy: torch.Tensor = torchs.moved(torchs.resolved(tensor), "cpu", copy=True)
    return torchs.contiguous(copy)  # type: ignore[no-any-return]


def build(value: Value) -> Any:
    """``value`` as fresh live objects, each tensor a new leaf on its device with its gradient."""
    if type(value) is list:
        return [build(item) for item in value]
    if type(value) is tuple:
        return tuple(build(item) for item in value)
    if type(value) is dict:
        return {key: build(item) for key, item in value.items()}
    if type(value) is frozenset:
        return set(value)
    if isinstance(value, TensorState):
        return _built_tensor(value)
    if isinstance(value, Opaque):
        raise TypeError(f"a {value.type_name} cannot be an argument")
    return value


def _built_tensor(state: TensorState) -> torch.Tensor:
    with torchs.untouched():
        tensor: torch.Tensor = torchs.moved(state.value, state.device, copy=True)
        torchs.set_requires_grad(tensor, state.requires_grad)
        if state.grad is not None:
            torchs.set_grad(tensor, torchs.moved(state.grad, state.device, copy=True))
        return tensor
