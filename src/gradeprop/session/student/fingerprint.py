"""What can be seen of the notebook's state, as plain values that differ when the state does.

This looks at everything that student code can reach from a name through plain objects, by content.
What it does not know (iterators, open files, objects of C code) makes it give up, and the caller
takes the slow way that is always right (see `gradeprop.session.student.places`). A student who
hides state from it can only carry it from one of his own checks to the next."""

from __future__ import annotations

import builtins
import gc
import os
import random
import sys
import types
import warnings
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

__all__ = [
    "Budget",
    "Facts",
    "facts_of",
    "listing",
    "numbers",
    "put_back",
    "surroundings",
    "thread_count",
]

MAX_OBJECTS: Final = 20_000
MAX_TENSOR_BYTES: Final = 4 << 20
_ATOMS: Final = frozenset({
    type(None), bool, int, float, complex, str, bytes, range, slice, type(Ellipsis),
    type(NotImplemented),
    torch.dtype, torch.device, torch.layout, torch.Size, types.CodeType, types.BuiltinFunctionType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType,
})  # fmt: skip
_SEQUENCES: Final = (list, tuple, deque)
_MAPPINGS: Final = (dict, OrderedDict, defaultdict, types.MappingProxyType)
# Student code that replaces parts of a library may do so in any module or class that other code
# names. Only what that code names is looked up: looking at all there is copies its pages in each
# child.
_EVERYWHERE: Final = (torch.Tensor, builtins)
# What calls inside torch end in.
_WITHIN: Final = tuple(
    (variables, name)
    for variables in (vars(torch), vars(torch.Tensor), vars(torch.autograd))
    for name in ("backward", "grad")
    if name in variables
)


class _Empty:
    """An object that has nothing but its ``__dict__``."""


_PLAIN_BYTES: Final = _Empty.__basicsize__


_every_module: Any = torch.nn.modules.module
_HOOKS_OF_ALL_MODULES: Final = tuple(
    hooks
    for name, hooks in vars(_every_module).items()
    if name.startswith("_global") and isinstance(hooks, dict)
)
_PRINTING: Final = torch._tensor_str.PRINT_OPTS


@dataclass
class Budget:
    """How much may still be looked at."""

    objects: int = MAX_OBJECTS
    tensor_bytes: int = MAX_TENSOR_BYTES


@dataclass(frozen=True)
class Facts:
    """What was seen of one value.

    Attributes:
        content: differs when the state reachable from the value does.
        refers: the names that code in it may look up among the student's.
        graph: whether a tensor in it holds a graph. A backward pass through that frees it, which
            shows nowhere but in the next one.
    """

    content: tuple[Any, ...]
    refers: frozenset[str]
    graph: bool = False


class _UnknownError(Exception):
    """Something whose state cannot be seen."""


def facts_of(
    value: Any, names: Mapping[str, Any], folder: str = "", budget: Budget | None = None
) -> Facts | None:
    """What can be seen of ``value``; None if there is something in it whose state cannot be told.

    Args:
        names: the student's global names, in which functions of the notebook look up theirs.
        folder: the working folder; modules from there are the student's own and looked into.
        budget: shared by several values; each object and each byte of a tensor takes from it.
    """
    walk = _Walk(names, folder, budget or Budget())
    try:
        walk.visit(value)
    except Exception:  # also whatever a student's class raises when it is looked at
        return None
    return Facts(tuple(walk.facts), frozenset(walk.refers), walk.graph)


def surroundings() -> tuple[Any, ...]:
    """State outside the student's names that student code often changes."""
    pyplot: Any = sys.modules.get("matplotlib._pylab_helpers")
    numpy: Any = sys.modules.get("numpy")
    return (
        thread_count(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_anomaly_enabled(),
        tuple(vars(_PRINTING).values()),
        tuple(map(len, _HOOKS_OF_ALL_MODULES)),
        tuple(pyplot.Gcf.figs) if pyplot is not None else (),
        (*numpy.geterr().values(), *numpy.get_printoptions().values()) if numpy is not None else (),
        list(map(id, warnings.filters)),
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        tuple(sys.path),
        _working_folder(),
    )


def thread_count() -> int:
    """Threads of this process that run Python code."""
    return len(sys._current_frames())


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 (a quarter of the time; this is asked often)
    except OSError:  # student code removed it
        return ""


def listing(folder: Path) -> list[tuple[str, int, int]]:
    """What lies in ``folder`` and below it: paths, sizes (-1 for folders), times of change in
    nanoseconds; nothing if it is gone."""
    found: list[tuple[str, int, int]] = []
    waiting = [""]
    try:
        while waiting:
            below = waiting.pop()
            with os.scandir(f"{folder}/{below}") as entries:
                for entry in entries:
                    name = below + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        found.append((name, -1, 0))
                        waiting.append(f"{name}/")
                    else:
                        stat = entry.stat(follow_symlinks=False)
                        found.append((name, stat.st_size, stat.st_mtime_ns))
    except OSError:
        return []
    return sorted(found)


def numbers() -> tuple[Any, ...]:
    """Where the generators of random numbers stand."""
    numpy: Any = sys.modules.get("numpy")
    cuda: Any = torch.cuda  # in part without types
    return (
        torch.default_generator.get_state(),
        cuda.get_rng_state_all() if cuda.is_initialized() else torch.initial_seed(),
        random.getstate(),
        None if numpy is None else numpy.random.get_state(),
    )


def put_back(standing: tuple[Any, ...]) -> None:
    """Have the generators of random numbers go on from where they stood."""
    for_torch, for_cuda, for_random, for_numpy = standing
    torch.default_generator.set_state(for_torch)
    cuda: Any = torch.cuda
    if isinstance(for_cuda, list):
        cuda.set_rng_state_all(for_cuda)
    elif cuda.is_initialized():  # CUDA has started since; until then it had drawn nothing
        cuda.manual_seed_all(for_cuda)
    random.setstate(for_random)
    if for_numpy is not None:
        sys.modules["numpy"].random.set_state(for_numpy)


class _Walk:
    """Visits each object once, in a fixed order, and writes down its identity and its content."""

    def __init__(self, names: Mapping[str, Any], folder: str, budget: Budget) -> None:
        self.names, self.folder, self.budget = names, folder, budget
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
                self.note(
                    (kind, repr(thing)) if kind is float or kind is complex else (kind, thing)
                )
                continue
            # The identity too: a name bound to an equal object is another state (`x is y`).
            self.note(id(thing))
            if id(thing) in self.seen:
                continue
            self.seen.add(id(thing))
            self.budget.objects -= 1
            if self.budget.objects < 0:
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
        if kind is types.BuiltinFunctionType:
            self.note(thing.__name__)
            return [thing.__self__]
        if kind is types.ModuleType:
            return self._variables(vars(thing)) if self._is_own(vars(thing)) else []
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
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise _UnknownError
        self._take(tensor.numel() * tensor.element_size())
        with torch.no_grad():
            plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
            content = bytes(plain.reshape(-1).view(torch.uint8).numpy()) if plain.numel() else b""
        self.note((tensor.shape, tensor.dtype, tensor.requires_grad, tensor._version, content))
        self.graph = self.graph or tensor.grad_fn is not None
        own: Any = tensor
        hooks = [own._backward_hooks, getattr(own, "_post_accumulate_grad_hooks", None)]
        return [
            tensor.grad if tensor.is_leaf or tensor.retains_grad else None,
            *hooks,
            vars(tensor) or None,
        ]

    def _array(self, thing: Any, kind: type) -> list[Any]:
        numpy: Any = sys.modules["numpy"]
        if not issubclass(kind, (numpy.ndarray, numpy.generic)) or thing.dtype.hasobject:
            raise _UnknownError
        self._take(thing.nbytes)
        self.note((thing.shape, str(thing.dtype), thing.tobytes()))
        return []

    def _take(self, tensor_bytes: int) -> None:
        self.budget.tensor_bytes -= tensor_bytes
        if self.budget.tensor_bytes < 0:
            raise _UnknownError

    def _function(self, function: types.FunctionType) -> list[Any]:
        inside: list[Any] = [function.__code__, function.__defaults__, function.__kwdefaults__]
        inside += function.__closure__ or ()
        if function.__globals__ is self.names:
            inside += self._names_in(function.__code__)
            self.note([id(variables.get(name)) for variables, name in _WITHIN])
        elif self._is_own(function.__globals__):
            inside += self._variables(function.__globals__)
        return [*inside, function.__dict__ or None]

    def _names_in(self, code: types.CodeType) -> list[Any]:
        """Note what the names in ``code`` mean; the student's own modules among them are to be
        visited."""
        self.refers.update(code.co_names)
        self._note_libraries(code.co_names)
        if "environ" in code.co_names or "getenv" in code.co_names:
            self.note(dict(os.environ))
        modules = [sys.modules[name] for name in code.co_names if name in sys.modules]
        found: list[Any] = [module for module in modules if self._is_own(vars(module))]
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                found += self._names_in(constant)
        return found

    def _note_libraries(self, names: Sequence[str]) -> None:
        """Note what ``names`` mean in modules and classes that code with these names can come to by
        them."""
        places: list[Any] = list(_EVERYWHERE)
        places += filter(_is_place, (self.names.get(name) for name in names))
        known = set(map(id, places))
        for place in places:  # grows on the way
            variables = vars(place)
            for name in names:
                if name in variables:
                    found = variables[name]
                    self.note(id(found))
                    if _is_place(found) and id(found) not in known:
                        known.add(id(found))
                        places.append(found)

    def _is_own(self, variables: Mapping[str, Any]) -> bool:
        """Whether these are the variables of a module that the student wrote."""
        if variables is self.names:
            return False
        file, spec = variables.get("__file__"), variables.get("__spec__")
        if type(file) is not str:
            return spec is None  # a module that nothing was loaded for
        return bool(self.folder) and (not file.startswith("/") or file.startswith(self.folder))

    @staticmethod
    def _variables(variables: Mapping[str, Any]) -> list[Any]:
        return [
            part
            for item in variables.items()
            for part in item
            if not (item[0].startswith("__") and item[0].endswith("__"))
        ]

    def _class(self, kind: type) -> list[Any]:
        if kind.__module__ != "__main__":
            return []  # a library's; its attributes are taken as they are
        own = [
            part
            for item in vars(kind).items()
            for part in item
            if item[0] not in ("__dict__", "__weakref__")
        ]
        return [*own, *kind.__bases__, type(kind)]

    def _instance(self, thing: Any, kind: type) -> list[Any]:
        """An object with a ``__dict__`` and nothing hidden in C."""
        python_made = kind.__module__ == "__main__" or isinstance(
            thing, (torch.nn.Module, torch.optim.Optimizer)
        )
        if not python_made:
            if isinstance(thing, types.FunctionType | types.BuiltinMethodType):
                return []
            raise _UnknownError
        if kind.__basicsize__ > _PLAIN_BYTES or kind.__itemsize__:
            raise _UnknownError  # a class in C is among its bases
        if any("__slots__" in vars(base) and vars(base)["__slots__"] for base in kind.__mro__[:-1]):
            raise _UnknownError
        return [kind, vars(thing)]


def _is_place(thing: Any) -> bool:
    return type(thing) is types.ModuleType or isinstance(thing, type)


def _is_bound(function: Any) -> bool:
    """Whether a function in C belongs to an object, as `items.append` does, and not to a module."""
    return function.__self__ is not None and type(function.__self__) is not types.ModuleType


def _is_filled(cell: types.CellType) -> bool:
    return bool(gc.get_referents(cell))
