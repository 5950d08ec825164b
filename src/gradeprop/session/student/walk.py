"""A walk over all that student code can reach from one value."""

from __future__ import annotations

import gc
import os
import sys
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import torch

from gradeprop.session.student.lookups import in_libraries, is_own, own_modules, within_torch

__all__ = ["Budget", "UnknownError", "Walk"]

MAX_OBJECTS: Final = 20_000
MAX_TENSOR_BYTES: Final = 4 << 20
_ATOMS: Final = frozenset({
    type(None), bool, int, float, complex, str, bytes, range, slice, type(Ellipsis),
    type(NotImplemented),
    torch.dtype, torch.device, torch.layout, torch.Size, types.CodeType, types.BuiltinFunctionType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType,
})  # fmt: skip


class _Empty:
    """An object that has nothing but its ``__dict__``."""


_PLAIN_BYTES: Final = _Empty.__basicsize__


@dataclass
class Budget:
    """How much may still be looked at."""

    objects: int = MAX_OBJECTS
    tensor_bytes: int = MAX_TENSOR_BYTES


class UnknownError(Exception):
    """Something whose state cannot be seen."""


class Walk:
    """Visits each object once, in a fixed order, and writes down its identity and its content.

    The methods for one kind of object note its own content, and give what is to be visited in it.
    """

    def __init__(self, names: Mapping[str, Any], folders: tuple[str, ...], budget: Budget) -> None:
        self.names = names
        self.folders = folders
        self.budget = budget
        self.seen: set[int] = set()
        self.facts: list[Any] = []
        self.refers: set[str] = set()
        self.graph = False

    def note(self, fact: Any) -> None:
        self.facts.append(fact)

    def visit(self, root: Any) -> None:
        waiting = [root]
        while waiting:
            thing = waiting.pop()
            kind = type(thing)
            if kind in _ATOMS and not (kind is types.BuiltinFunctionType and _is_bound(thing)):
                by_value = kind is not float and kind is not complex  # nan, -0.0
                self.note((kind, thing if by_value else repr(thing)))
                continue
            # The identity too: a name bound to an equal object is another state (`x is y`).
            self.note(id(thing))
            if id(thing) in self.seen:
                continue
            self.seen.add(id(thing))
            self.budget.objects -= 1
            if self.budget.objects < 0:
                raise UnknownError
            waiting += self._inside(thing, kind)

    def _inside(self, thing: Any, kind: type) -> list[Any]:
        look = _LOOKS.get(kind)
        if look is not None:
            return look(self, thing)
        if kind.__module__ == "numpy":
            return self.array(thing, kind)
        if isinstance(thing, type):
            return self.class_(thing)
        return self.instance(thing, kind)

    # Containers.

    def sequence(self, thing: Any) -> list[Any]:
        self.note(len(thing))
        return list(thing)

    def mapping(self, thing: Any) -> list[Any]:
        self.note(len(thing))
        return list(chain.from_iterable(thing.items()))

    def set_(self, thing: Any) -> list[Any]:
        self.note(len(thing))
        return sorted(thing, key=id)

    # Numbers.

    def bytes_(self, thing: bytearray) -> list[Any]:
        self.note(bytes(thing))
        return []

    def tensor(self, tensor: torch.Tensor) -> list[Any]:
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise UnknownError
        self._take(tensor.numel() * tensor.element_size())
        self.note((
            tensor.shape,
            tensor.dtype,
            tensor.requires_grad,
            tensor._version,
            _numbers_in(tensor),
        ))  # fmt: skip
        self.graph = self.graph or tensor.grad_fn is not None
        own: Any = tensor
        return [
            tensor.grad if tensor.is_leaf or tensor.retains_grad else None,
            own._backward_hooks,
            getattr(own, "_post_accumulate_grad_hooks", None),
            vars(tensor) or None,
        ]

    def generator(self, generator: torch.Generator) -> list[Any]:
        self.note(bytes(generator.get_state().numpy()))
        return []

    def array(self, thing: Any, kind: type) -> list[Any]:
        numpy: Any = sys.modules["numpy"]
        if not issubclass(kind, (numpy.ndarray, numpy.generic)) or thing.dtype.hasobject:
            raise UnknownError
        self._take(thing.nbytes)
        self.note((thing.shape, str(thing.dtype), thing.tobytes()))
        return []

    def _take(self, tensor_bytes: int) -> None:
        self.budget.tensor_bytes -= tensor_bytes
        if self.budget.tensor_bytes < 0:
            raise UnknownError

    # Code.

    def function(self, function: types.FunctionType) -> list[Any]:
        inside: list[Any] = [function.__code__, function.__defaults__, function.__kwdefaults__]
        inside += function.__closure__ or ()
        if function.__globals__ is self.names:
            inside += self._named_in(function.__code__)
            self.note(within_torch())
        elif is_own(function.__globals__, self.names, self.folders):
            inside += _variables(function.__globals__)
        return [*inside, function.__dict__ or None]

    def _named_in(self, code: types.CodeType) -> list[Any]:
        """Note what the names in ``code`` mean; to be visited are the student's own modules."""
        self.refers.update(code.co_names)
        self.facts += in_libraries(code.co_names, self.names)
        if "environ" in code.co_names or "getenv" in code.co_names:
            self.note(dict(os.environ))
        found: list[Any] = list(own_modules(code.co_names, self.names, self.folders))
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                found += self._named_in(constant)
        return found

    def method(self, method: types.MethodType) -> list[Any]:
        return [method.__self__, method.__func__]

    def bound_builtin(self, function: types.BuiltinFunctionType) -> list[Any]:
        self.note(function.__name__)
        return [function.__self__]

    def module(self, module: types.ModuleType) -> list[Any]:
        own = is_own(vars(module), self.names, self.folders)
        return _variables(vars(module)) if own else []

    def cell(self, cell: types.CellType) -> list[Any]:
        is_filled = bool(gc.get_referents(cell))
        return [cell.cell_contents] if is_filled else []

    def wrapped(self, method: Any) -> list[Any]:
        return [method.__func__]

    def property_(self, thing: property) -> list[Any]:
        return [thing.fget, thing.fset, thing.fdel]

    # Classes and their instances.

    def class_(self, kind: type) -> list[Any]:
        if kind.__module__ != "__main__":
            return []  # a library's; its attributes are taken as they are
        inside: list[Any] = []
        for name, value in vars(kind).items():
            if name not in ("__dict__", "__weakref__"):
                inside += (name, value)
        return [*inside, *kind.__bases__, type(kind)]

    def instance(self, thing: Any, kind: type) -> list[Any]:
        """An object with a ``__dict__`` and nothing hidden in C."""
        python_made = kind.__module__ == "__main__" or isinstance(
            thing, (torch.nn.Module, torch.optim.Optimizer)
        )
        if not python_made:
            if isinstance(thing, types.FunctionType | types.BuiltinMethodType):
                return []
            raise UnknownError
        if kind.__basicsize__ > _PLAIN_BYTES or kind.__itemsize__:
            raise UnknownError  # a class in C is among its bases
        if any("__slots__" in vars(base) and vars(base)["__slots__"] for base in kind.__mro__[:-1]):
            raise UnknownError
        return [kind, vars(thing)]


_LOOKS: Final[dict[type, Callable[[Walk, Any], list[Any]]]] = {
    list: Walk.sequence,
    tuple: Walk.sequence,
    deque: Walk.sequence,
    dict: Walk.mapping,
    OrderedDict: Walk.mapping,
    defaultdict: Walk.mapping,
    types.MappingProxyType: Walk.mapping,
    set: Walk.set_,
    frozenset: Walk.set_,
    bytearray: Walk.bytes_,
    torch.Tensor: Walk.tensor,
    torch.nn.Parameter: Walk.tensor,
    torch.Generator: Walk.generator,
    types.FunctionType: Walk.function,
    types.MethodType: Walk.method,
    types.BuiltinFunctionType: Walk.bound_builtin,
    types.ModuleType: Walk.module,
    types.CellType: Walk.cell,
    staticmethod: Walk.wrapped,
    classmethod: Walk.wrapped,
    property: Walk.property_,
}


def _numbers_in(tensor: torch.Tensor) -> bytes:
    if not tensor.numel():
        return b""
    with torch.no_grad():
        plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
        return bytes(plain.reshape(-1).view(torch.uint8).numpy())


def _variables(variables: Mapping[str, Any]) -> list[Any]:
    """The names and values in ``variables`` but Python's own."""
    found: list[Any] = []
    for name, value in variables.items():
        if not (name.startswith("__") and name.endswith("__")):
            found += (name, value)
    return found


def _is_bound(function: Any) -> bool:
    """Whether a function in C belongs to an object, as `items.append` does, and not to a module."""
    return function.__self__ is not None and type(function.__self__) is not types.ModuleType
