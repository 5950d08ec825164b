"""Which of torch's machinery runs during a call: automatic differentiation, optimizer steps.

Best effort: this runs in the same process as student code, which can undo it. It sees torch's own
entry points however a student reached them (``x.backward()``, an alias of ``grad``, ``torch.func``,
forward mode), because they all pass one of the few functions that are watched here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from sys import modules as _modules
from typing import Any, Final

from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.clues import CallWatch
from gradeprop.session.student.passes import PASSES

__all__ = ["watch"]

__builtins__ = KEPT

# Every backward pass in Python ends in _engine_run_backward, which torch's own modules import by
# name, and in the engine (see `gradeprop.session.student.passes`); every forward-mode pass makes a
# dual tensor first.
_AUTOGRAD: Final = (
    ("torch.autograd.graph", "_engine_run_backward"),
    ("torch.autograd", "_engine_run_backward"),
    ("torch.autograd.functional", "_engine_run_backward"),
    ("torch.autograd.forward_ad", "make_dual"),
    ("torch._VF", "_make_dual"),
    ("torch", "_make_dual"),
)


def _marking(function: Callable[..., Any], watched: CallWatch) -> Callable[..., Any]:
    def marked(*arguments: Any, **keywords: Any) -> Any:
        watched.note_autograd()
        found = function(*arguments, **keywords)
        watched.note_found(found)
        return found

    return marked


@contextmanager
def watch() -> Iterator[CallWatch]:
    """What machinery runs in the block, and what can be seen of it."""
    replaced: list[tuple[Any, str, Any]] = []
    with PASSES.watched() as span:
        watched = CallWatch(span)
        for module_name, name in _AUTOGRAD:
            module: Any = _modules.get(module_name)
            original = getattr(module, name, None) if module is not None else None
            if callable(original):
                replaced.append((module, name, original))
                setattr(module, name, _marking(original, watched))
        step_hook = None
        optimizers: Any = _modules.get("torch.optim.optimizer")
        if optimizers is not None:
            with suppress(Exception):  # student code has made something else of it
                step_hook = optimizers.register_optimizer_step_pre_hook(watched.note_step)
        try:
            yield watched
        finally:
            for module, name, original in reversed(replaced):
                setattr(module, name, original)
            if step_hook is not None:
                step_hook.remove()
