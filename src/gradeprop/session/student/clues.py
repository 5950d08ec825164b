"""What a name or a call leaves to be seen besides its value: `Evidence`, best effort. Untrusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dis import get_instructions
from types import FunctionType
from typing import Any, Final, TypeGuard

import torch

from gradeprop.gradients.values import Evidence
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.passes import (
    PASSES,
    Span,
    graph_of,
    leaves_in,
    may_be_held,
    memory_of,
    nonzero,
    numbers_of,
)
from gradeprop.session.wire import tensors as torchs
from gradeprop.session.wire.tensors import PARAMETER, TENSOR

__all__ = ["CallWatch", "seen_of_name"]

__builtins__ = KEPT

_MOST_NAMES: Final = 8
_MOST_FOUND: Final = 64


def seen_of_name(thing: object, namespace: Mapping[str, Any]) -> Evidence:
    """Of a name that holds ``thing``; nothing where student code has changed what is asked."""
    try:
        return _seen_of_name(thing, namespace)
    except Exception:
        return Evidence()


def _seen_of_name(thing: object, namespace: Mapping[str, Any]) -> Evidence:
    if not _is_plain(thing):
        return Evidence()
    if not torchs.is_leaf(thing):
        return Evidence(origins=_origins(thing, namespace))
    known = PASSES.leaf(thing)
    if known is not None:
        return Evidence(reached=True, piled=known.piled, differentiated=True)
    if torchs.requires_grad(thing):
        unreached = False if PASSES.complete else None
        differentiated = True if PASSES.count else unreached
        return Evidence(reached=unreached, piled=unreached, differentiated=differentiated)
    owner = PASSES.owner(thing)
    return Evidence(piled=owner.piled, is_gradient=True) if owner is not None else Evidence()


def _origins(made: torch.Tensor, namespace: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names of the tensors that ``made`` was computed from; None if there are too many."""
    graph = graph_of([made])
    if graph is None:
        return None
    leaves = set(map(id, leaves_in(graph)))

    def is_origin(thing: object) -> bool:
        if not _is_plain(thing) or thing is made:
            return False
        return id(thing) in leaves or torchs.grad_fn_of(thing) in graph

    found = [name for name, thing in namespace.items() if is_origin(thing)]
    own = [name for name in found if not name.startswith("_")]
    return tuple(own) if len(own) <= _MOST_NAMES else None


class CallWatch:
    """Looks on while a function of the student's runs.

    Args:
        span: what backward passes do meanwhile.

    """

    def __init__(self, span: Span) -> None:
        self._used: set[str] = set()
        self._span = span
        self._found: list[torch.Tensor] = []
        self._steps = 0
        self._in_vain = 0

    @property
    def used(self) -> frozenset[str]:
        """``"autograd"``, ``"optimizer"``, or both."""
        return frozenset(self._used | {"autograd"} if self._span.count else self._used)

    def note_autograd(self) -> None:
        """Something is about to be differentiated, whether that works or not."""
        self._used.add("autograd")

    def note_found(self, gradients: Any) -> None:
        """torch.autograd.grad has found these."""
        if type(gradients) is not tuple or len(self._found) >= _MOST_FOUND:
            return
        with suppress(Exception):  # a subclass's, or a wrapper's of torch.func
            plain = filter(_is_plain, gradients)
            self._found += [item for item in plain if memory_of(item) and may_be_held(item)]

    def note_step(self, optimizer: Any, *_: Any) -> None:
        """An optimizer is about to step."""
        self._used.add("optimizer")
        self._steps += 1
        with suppress(Exception):  # an optimizer of the student's own
            params = [item for group in optimizer.param_groups for item in group["params"]]
            params = [item for item in params if _is_plain(item) and torchs.is_leaf(item)]
            reached = any(id(item) in self._span.held for item in params)
            if reached and all(nonzero(torchs.grad_of(item)) is False for item in params):
                self._in_vain += 1

    def seen(
        self, function: Callable[..., Any], arguments: Sequence[Any], value: object
    ) -> Evidence:
        """What was seen until ``function``, called with ``arguments``, returned ``value``."""
        try:
            return self._seen(function, arguments, value)
        except Exception:  # whatever student code has made of torch: then nobody can tell
            return Evidence()

    def _seen(
        self, function: Callable[..., Any], arguments: Sequence[Any], value: object
    ) -> Evidence:
        span = self._span
        is_input, is_gradient = self._origin(arguments, value)
        piled = span.piled if span.complete or span.piled else None
        again = None
        if self._steps and span.count:
            again = self._steps > span.count
        return Evidence(
            reached=True if span.reached else False if span.complete else None,
            piled=piled,
            cleared=self._cleared(),
            moved=self._moved(),
            stepped_again=again,
            is_input=is_input,
            is_gradient=is_gradient,
            returns=_returns(function) if value is None else None,
        )

    def _cleared(self) -> bool | None:
        """Whether a step was taken by gradients that had been cleared."""
        if self._steps:
            return self._in_vain > 0
        if not self._span.reached:
            return False if self._span.complete else None
        if any(nonzero(torchs.grad_of(leaf)) for leaf, _, _ in self._span.held.values()):
            return False
        for leaf, numbers, version in self._span.held.values():
            # In place, but by nothing.
            in_place = torchs.version_of(leaf) > version
            if in_place and numbers is not None and numbers == numbers_of(leaf):
                return True
        return None

    def _moved(self) -> bool | None:
        """Whether a tensor that backward reached has moved."""
        now = [(numbers, numbers_of(leaf)) for leaf, numbers, _ in self._span.held.values()]
        if any(None not in pair and pair[0] != pair[1] for pair in now):
            return True
        return None if not now or any(None in pair for pair in now) else False

    def _origin(self, arguments: Sequence[Any], value: object) -> tuple[bool | None, bool | None]:
        """Whether ``value`` is an input, and whether it is a gradient as torch found it."""
        if not _is_plain(value):
            return None, None
        leaves = [leaf for leaf, _, _ in self._span.held.values()]
        inputs = list(filter(_is_plain, (*arguments, *leaves)))
        # Of others, torch warns.
        kept = [torchs.grad_of(item) for item in inputs if torchs.is_leaf(item)]
        gradients = [*self._found, *(item for item in kept if item is not None)]
        where = memory_of(value)
        if not where:
            return None, None
        is_gradient = where in map(memory_of, gradients)
        return not is_gradient and where in map(memory_of, inputs), is_gradient or None


def _is_plain(thing: object) -> TypeGuard[torch.Tensor]:
    """Whether it is one of torch's own tensors, which run no code of a student's."""
    return type(thing) in (TENSOR, PARAMETER)


def _returns(function: Callable[..., Any]) -> bool | None:
    """Whether the code of ``function`` has a return of something other than None."""
    if type(function) is not FunctionType:
        return None
    before = ""
    for step in get_instructions(function.__code__):
        if step.opname == "RETURN_VALUE" and before != "None":
            return True
        if step.opname == "RETURN_CONST" and step.argval is not None:
            return True
        if step.opname != "NOP":
            before = "None" if step.opname == "LOAD_CONST" and step.argval is None else step.opname
    return False
