"""Whether a call left the notebook's state as it was, so that the next check may use the same process.

A fork per check is always right and costs 5 to 10 ms. Most checked functions change nothing, and then the
fork that answered one check can answer the next. This looks at everything that student code can reach
from the notebook's names through plain objects, by content. What it does not know (iterators, open files,
objects of C code) makes it give up, and the caller forks again. A student who hides state from it can
only carry it from one of his own checks to the next.
"""

from __future__ import annotations

import gc
import random
import sys
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final

import torch

__all__ = ["fingerprint"]

MAX_OBJECTS: Final = 20_000
MAX_TENSOR_BYTES: Final = 4 << 20
_ATOMS: Final = frozenset({
    type(None), bool, int, float, complex, str, bytes, range, slice, type(Ellipsis), type(NotImplemented),
    torch.dtype, torch.device, torch.layout, torch.Size, types.CodeType, types.BuiltinFunctionType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType, types.ModuleType,
})  # fmt: skip
_SEQUENCES: Final = (list, tuple, deque)
_MAPPINGS: Final = (dict, OrderedDict, defaultdict, types.MappingProxyType)
# Names that the shell itself puts among the student's.
_OF_THE_SHELL: Final = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open"})


class _UnknownError(Exception):
    """Something whose state cannot be seen."""


def fingerprint(names: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Plain values that differ when the state reachable from ``names`` does; None if it cannot be told."""
    walk = _Walk()
    try:
        for name, value in list(names.items()):
            if not name.startswith("_") and name not in _OF_THE_SHELL:
                walk.note(name)
                walk.visit(value)
        walk.note(_settings())
    except (_UnknownError, RuntimeError, RecursionError):
        return None
    return tuple(walk.facts)


def _settings() -> tuple[Any, ...]:
    """State of the libraries that student code often changes."""
    numpy: Any = sys.modules.get("numpy")
    pyplot: Any = sys.modules.get("matplotlib._pylab_helpers")
    return (
        bytes(torch.get_rng_state().numpy()),
        random.getstate(),
        _numpy_numbers(numpy) if numpy is not None else None,
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        tuple(pyplot.Gcf.figs) if pyplot is not None else (),
        len(sys.modules),
    )


def _numpy_numbers(numpy: Any) -> tuple[Any, ...]:
    name, keys, *rest = numpy.random.get_state()
    return (name, keys.tobytes(), *rest)


class _Walk:
    """Visits each object once, in a fixed order, and writes down its identity and its content."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.facts: list[Any] = []
        self.bytes_left = MAX_TENSOR_BYTES

    def note(self, fact: Any) -> None:
        self.facts.append(fact)

    def visit(self, root: Any) -> None:
        waiting = [root]
        while waiting:
            thing = waiting.pop()
            kind = type(thing)
            if kind in _ATOMS:
                self.note((kind, repr(thing)) if kind is float or kind is complex else (kind, thing))
                continue
            # The identity too: a name bound to an equal object is another state (`x is y`).
            self.note(id(thing))
            if id(thing) in self.seen:
                continue
            self.seen.add(id(thing))
            if len(self.seen) > MAX_OBJECTS:
                raise _UnknownError
            waiting += self._inside(thing, kind)

    def _inside(self, thing: Any, kind: type) -> list[Any]:
        if kind in _SEQUENCES:
            self.note(len(thing))
            return list(thing)
        if kind in _MAPPINGS:
            self.note(len(thing))
            return [part for item in thing.items() for part in item]
        if kind is set or kind is frozenset:
            self.note(len(thing))
            return sorted(thing, key=id)
        if kind is bytearray:
            self.note(bytes(thing))
            return []
        if kind is torch.Tensor or kind is torch.nn.Parameter:
            return self._tensor(thing)
        if kind is torch.Generator:
            self.note(bytes(thing.get_state().numpy()))
            return []
        if kind.__module__ == "numpy":
            return self._array(thing, kind)
        if kind is types.FunctionType:
            return self._function(thing)
        if kind is types.MethodType:
            return [thing.__self__, thing.__func__]
        if kind is types.CellType:
            return [thing.cell_contents] if _is_filled(thing) else []
        if kind in (staticmethod, classmethod):
            return [thing.__func__]
        if kind is property:
            return [thing.fget, thing.fset, thing.fdel]
        if isinstance(thing, type):
            return self._class(thing)
        return self._instance(thing, kind)

    def _tensor(self, tensor: torch.Tensor) -> list[Any]:
        if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            raise _UnknownError
        self.bytes_left -= tensor.numel() * tensor.element_size()
        if self.bytes_left < 0:
            raise _UnknownError
        with torch.no_grad():
            plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
            content = bytes(plain.reshape(-1).view(torch.uint8).numpy()) if plain.numel() else b""
        self.note((tensor.shape, tensor.dtype, tensor.requires_grad, tensor._version, content))
        hooks = getattr(tensor, "_backward_hooks", None)
        return [tensor.grad if tensor.is_leaf else None, hooks]

    def _array(self, thing: Any, kind: type) -> list[Any]:
        if kind.__name__ != "ndarray" or thing.dtype.hasobject:
            raise _UnknownError
        self.bytes_left -= thing.nbytes
        if self.bytes_left < 0:
            raise _UnknownError
        self.note((thing.shape, str(thing.dtype), thing.tobytes()))
        return []

    def _function(self, function: types.FunctionType) -> list[Any]:
        inside: list[Any] = [function.__code__, function.__defaults__, function.__kwdefaults__]
        inside += function.__closure__ or ()
        return [*inside, function.__dict__ or None]

    def _class(self, kind: type) -> list[Any]:
        if kind.__module__ != "__main__":
            return []  # a library's; its attributes are taken as they are
        return [
            part for item in vars(kind).items() for part in item if item[0] not in ("__dict__", "__weakref__")
        ]

    def _instance(self, thing: Any, kind: type) -> list[Any]:
        """An object with a ``__dict__`` and nothing hidden in C."""
        python_made = kind.__module__ == "__main__" or isinstance(
            thing, (torch.nn.Module, torch.optim.Optimizer)
        )
        if not python_made:
            if isinstance(thing, types.FunctionType | types.BuiltinMethodType):
                return []
            raise _UnknownError
        if any(base in (list, dict, set, tuple, str, int, float, bytearray) for base in kind.__mro__):
            raise _UnknownError
        if any("__slots__" in vars(base) and vars(base)["__slots__"] for base in kind.__mro__[:-1]):
            raise _UnknownError
        return [kind, vars(thing)]


def _is_filled(cell: types.CellType) -> bool:
    return bool(gc.get_referents(cell))
