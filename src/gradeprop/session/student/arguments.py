"""What a check passes along as live objects: tensors, the grader's functions, the student's own.

Runs beside student code, which could change whatever is made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gradeprop.session.interface import Argument, Bound, Code
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.capture import build

__all__ = ["made", "made_function"]

__builtins__ = KEPT

# No cell's file name, so that no traceback for a student shows a line of it.
_FILE: Final = "the check's own code"


def made(argument: Argument, names: Mapping[str, Any]) -> Any:
    """``argument`` as a fresh live object; a `Bound` as what ``names`` says."""
    if isinstance(argument, Bound):
        return names[argument.name]
    if isinstance(argument, Code):
        return made_function(argument)
    if type(argument) is list:
        return [made(item, names) for item in argument]
    if type(argument) is tuple:
        return tuple(made(item, names) for item in argument)
    if type(argument) is dict:
        return {key: made(item, names) for key, item in argument.items()}
    return build(argument)  # type: ignore[arg-type]  # no list, tuple or dict any more


def made_function(code: Code) -> Callable[..., Any]:
    """The function that ``code`` defines, in a module of its own."""
    module: dict[str, Any] = {"__name__": "harness", "__builtins__": KEPT}
    exec(compile(code.source, _FILE, "exec", dont_inherit=True), module)
    function: Callable[..., Any] = module[code.name]
    return function
