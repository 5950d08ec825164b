"""Which of torch's machinery runs during a call: automatic differentiation, optimizer steps.

Best effort: this runs in the same process as student code, which can undo it. It sees torch's own
entry points however a student reached them (``x.backward()``, an alias of ``grad``, ``torch.func``,
forward mode), because they all pass one of the few functions that are watched here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.autograd.forward_ad
import torch.autograd.graph

__all__ = ["watch"]

# Every backward pass in Python ends in _engine_run_backward, which torch's own modules import by
# name; every forward-mode pass makes a dual tensor first.
_AUTOGRAD = (
    ("torch.autograd.graph", "_engine_run_backward"),
    ("torch.autograd", "_engine_run_backward"),
    ("torch.autograd.functional", "_engine_run_backward"),
    ("torch.autograd.forward_ad", "make_dual"),
    ("torch._VF", "_make_dual"),
    ("torch", "_make_dual"),
)


def _marking(function: Callable[..., Any], used: set[str], what: str) -> Callable[..., Any]:
    def marked(*arguments: Any, **keywords: Any) -> Any:
        used.add(what)
        return function(*arguments, **keywords)

    return marked


@contextmanager
def watch() -> Iterator[set[str]]:
    """A set that gets ``"autograd"`` or ``"optimizer"`` when such machinery runs in the block."""
    used: set[str] = set()
    replaced: list[tuple[Any, str, Any]] = []
    for module_name, name in _AUTOGRAD:
        module: Any = sys.modules.get(module_name)
        original = getattr(module, name, None) if module is not None else None
        if callable(original):
            replaced.append((module, name, original))
            setattr(module, name, _marking(original, used, "autograd"))
    variable: Any = torch.autograd.Variable
    engine = getattr(variable, "_execution_engine", None)
    if engine is not None:
        replaced.append((variable, "_execution_engine", engine))
        variable._execution_engine = _Engine(engine, used)
    step_hook = None
    optimizers: Any = sys.modules.get("torch.optim.optimizer")
    if optimizers is not None:

        def note_step(*_: Any) -> None:
            used.add("optimizer")

        step_hook = optimizers.register_optimizer_step_pre_hook(note_step)
    try:
        yield used
    finally:
        for module, name, original in reversed(replaced):
            setattr(module, name, original)
        if step_hook is not None:
            step_hook.remove()


class _Engine:
    """Stands in for torch's engine object, which student code can call directly."""

    def __init__(self, engine: Any, used: set[str]) -> None:
        self._engine = engine
        self._used = used

    def run_backward(self, *arguments: Any, **keywords: Any) -> Any:
        self._used.add("autograd")
        return self._engine.run_backward(*arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)
