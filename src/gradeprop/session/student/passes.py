"""What backward passes have done in this process: which tensors they reached, what lay there.

Best effort, for telling causes apart. Torch's engine gets a stand-in that is looked at when a pass
begins and is not called itself, so that no traceback shows it. Tensors are held weakly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from sys import _getframe
from typing import Any, Final
from weakref import ref

import torch
import torch.autograd.graph

from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.wire import tensors as torchs

__all__ = [
    "PASSES",
    "Passes",
    "graph_of",
    "leaves_in",
    "may_be_held",
    "memory_of",
    "nonzero",
    "numbers_of",
]

__builtins__ = KEPT

_FEW: Final = 64  # numbers of a tensor that are looked at one by one
_SMALL_BYTES: Final = 1 << 16
_MOST_NODES: Final = 200  # of a graph that is searched for the tensors it ends in
_MOST_PASSES: Final = 5_000  # of all cells that are looked at
_MOST_IN_A_SPAN: Final = 20  # what a loop does wrong it does from the start
_INPUTS: Final = 3  # of what is passed to torch's engine after the roots
_VARIABLE: Final[Any] = torch.autograd.Variable
_nbytes: Final = torch.UntypedStorage.nbytes
_address: Final = torch.UntypedStorage.data_ptr
_ENTRY: Final = getattr(torch.autograd.graph, "_engine_run_backward", None)
_ENTRY_CODE: Final = getattr(_ENTRY, "__code__", None)


def numbers_of(tensor: torch.Tensor) -> list[Any] | None:
    """The numbers of a small tensor, read without an operation; None of any other."""
    with torchs.untouched():
        if torchs.layout_of(tensor) is not torchs.strided or torchs.numel(tensor) > _FEW:
            return None
        if torchs.device_of(tensor).type == "meta":
            return None
        return list(_flat(torchs.nested_list(tensor)))


def _flat(nested: Any) -> Iterator[Any]:
    if type(nested) is not list:
        yield nested
        return
    for item in nested:
        yield from _flat(item)


def nonzero(tensor: torch.Tensor | None) -> bool | None:
    """Whether any number is not 0; False for no tensor, None where that is not looked at."""
    if tensor is None:
        return False
    numbers = numbers_of(tensor)
    return None if numbers is None else any(number != 0 for number in numbers)


def may_be_held(tensor: torch.Tensor) -> bool:
    """Whether to keep it alive for a while costs nothing worth counting."""
    return _nbytes(torchs.storage_of(tensor)) <= _SMALL_BYTES


def memory_of(tensor: torch.Tensor) -> int:
    """Where its numbers lie; 0 if nowhere in particular."""
    try:
        return _address(torchs.storage_of(tensor))
    except RuntimeError:  # a wrapper of torch.func's
        return 0


def graph_of(roots: Iterable[Any]) -> set[Any] | None:
    """All nodes of the graphs of ``roots``; None if they are too large to search."""
    waiting = list(filter(None, map(torchs.grad_fn_of, roots)))
    known = set(waiting)
    while waiting:
        if len(known) > _MOST_NODES:
            return None
        for following, _ in waiting.pop().next_functions:
            if following is not None and following not in known:
                known.add(following)
                waiting.append(following)
    return known


def leaves_in(graph: Iterable[Any]) -> list[torch.Tensor]:
    """The tensors that a graph ends in."""
    return [node.variable for node in graph if type(node).__name__ == "AccumulateGrad"]


@dataclass(eq=False)
class Leaf:
    """A tensor that a pass reached.

    Attributes:
        tensor: held weakly.
        piled: whether a pass found a gradient other than 0 in it; None if nobody looked.
    """

    tensor: ref[torch.Tensor]
    piled: bool | None = False


@dataclass(eq=False)
class Span:
    """What passes did meanwhile.

    Attributes:
        count: how many there were, those of torch.autograd.grad included.
        piled: whether one found a gradient other than 0; None if nobody could tell.
        complete: whether the first of them were all looked at.
        reached: whether one reached any tensor.
        held: the small ones that they reached, with numbers and version as they were at first.
    """

    count: int = 0
    piled: bool | None = False
    complete: bool = True
    reached: bool = False
    held: dict[int, tuple[torch.Tensor, list[Any] | None, int]] = field(default_factory=dict)

    def note(self, leaf: torch.Tensor) -> None:
        self.reached = True
        if id(leaf) not in self.held and len(self.held) < _FEW and may_be_held(leaf):
            self.held[id(leaf)] = (leaf, numbers_of(leaf), torchs.version_of(leaf))


class Passes:
    """All passes of this process since `install`.

    Attributes:
        complete: whether all were looked at.
        count: how many there were, those of torch.autograd.grad included, but not while a check's
            call was watched.
    """

    def __init__(self) -> None:
        self._leaves: dict[int, Leaf] = {}
        self._looked_at = 0
        self._spans: list[Span] = []
        self.complete = False
        self.count = 0

    def install(self) -> None:
        """Begin to look; nothing happens the second time."""
        variable = _VARIABLE
        engine = getattr(variable, "_execution_engine", None)
        if engine is None or isinstance(engine, _Engine):
            return
        self.complete = _ENTRY_CODE is not None
        variable._execution_engine = _Engine(engine, self)

    def begin(self) -> None:
        """What ran until now was no part of a notebook."""
        self.count = self._looked_at = 0

    def leaf(self, tensor: torch.Tensor) -> Leaf | None:
        """What is known of this very tensor."""
        found = self._leaves.get(id(tensor))
        return found if found is not None and found.tensor() is tensor else None

    def owner(self, gradient: torch.Tensor) -> Leaf | None:
        """What is known of the tensor whose ``.grad`` this is, or shares its memory with."""
        where = memory_of(gradient)
        for leaf in self._leaves.values():
            tensor = leaf.tensor()
            grad = None if tensor is None else torchs.grad_of(tensor)
            if grad is not None and memory_of(grad) == where:
                return leaf
        return None

    @contextmanager
    def watched(self) -> Iterator[Span]:
        """Look at what passes do in the block, also where nothing is installed."""
        variable = _VARIABLE
        engine = getattr(variable, "_execution_engine", None)
        temporary = engine is not None and not isinstance(engine, _Engine)
        if temporary:
            variable._execution_engine = _Engine(engine, self)
        span = Span(complete=_ENTRY_CODE is not None and engine is not None)
        self._spans.append(span)
        try:
            yield span
        finally:
            self._spans.remove(span)
            if temporary:
                variable._execution_engine = engine

    def note(self, frame: Any) -> None:
        """A pass begins, called for by ``frame``."""
        self.count += not self._spans
        for span in self._spans:
            span.count += 1
        if self._spans and self._spans[-1].count > _MOST_IN_A_SPAN:
            return
        if frame.f_code is not _ENTRY_CODE:
            self.lose_sight()
            return
        variables = frame.f_locals
        if not variables.get("kwargs", {}).get("accumulate_grad"):
            return  # torch.autograd.grad: no .grad is touched
        self._looked_at += not self._spans
        if self._looked_at > _MOST_PASSES and not self._spans:
            self.lose_sight()
            return
        with torchs.untouched():
            roots = variables["t_outputs"]
            graph = graph_of(roots)
            if graph is None:
                self.lose_sight()
                return
            # backward(inputs=[…]) leaves gradients in these and nowhere else.
            chosen = variables.get("args", ())[_INPUTS : _INPUTS + 1]
            for leaf in chosen[0] if chosen and chosen[0] else (*leaves_in(graph), *roots):
                if torchs.is_leaf(leaf):
                    self._reach(leaf)

    def _reach(self, leaf: torch.Tensor) -> None:
        """A pass is about to put a gradient into ``leaf``."""
        piled = nonzero(torchs.grad_of(leaf))
        known = self.leaf(leaf)
        if known is None:
            known = self._leaves[id(leaf)] = Leaf(self._held_weakly(leaf))
        known.piled = _either(known.piled, piled)
        for span in self._spans:
            span.note(leaf)
            span.piled = _either(span.piled, piled)

    def _held_weakly(self, leaf: torch.Tensor) -> ref[torch.Tensor]:
        key, leaves = id(leaf), self._leaves

        def forget(dead: ref[torch.Tensor]) -> None:
            known = leaves.get(key)
            if known is not None and known.tensor is dead:
                del leaves[key]

        return ref(leaf, forget)

    def lose_sight(self) -> None:
        """Something could not be looked at: what was not seen may have been."""
        self.complete = False
        for span in self._spans:
            span.complete = False


class _Engine:
    """Stands in for torch's engine."""

    def __init__(self, engine: Any, passes: Passes) -> None:
        self._engine = engine
        self._passes = passes

    @property
    def run_backward(self) -> Any:
        """The engine's own function, which the caller is about to call."""
        try:
            self._passes.note(_getframe(1))
        except Exception:  # whatever student code has made of its tensors
            self._passes.lose_sight()
        return self._engine.run_backward

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def _either(first: bool | None, second: bool | None) -> bool | None:
    """Whether one of them is so; None if one of them is not known and the other is not so."""
    if first or second:
        return True
    return None if first is None or second is None else False


PASSES: Final = Passes()
"""Of this process."""
