"""Wrong functions that a grader states by a misconception's id: ``wrong={"wrong_function": g}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from gradeprop.gradients.answer import Answer

Wrong: TypeAlias = Mapping[str, Callable[..., Any] | Sequence[Callable[..., Any]]]
_Function = TypeVar("_Function", bound=Callable[..., Any])


def listed(
    wrong: Mapping[str, _Function | Sequence[_Function]] | None,
) -> dict[str, list[_Function]]:
    """Id -> its functions, where one may stand for a list of one."""
    return {
        name: list(given) if isinstance(given, Sequence) else [given]
        for name, given in (wrong or {}).items()
    }


def answers_of(
    problem: str,
    name: str,
    functions: Sequence[_Function],
    answer: Callable[[_Function], Answer],
) -> list[Answer]:
    """What each of the functions of one id would have given.

    Raises:
        ValueError: one of them raised; the text says which, and the traceback leads to its line.
    """
    found: list[Answer] = []
    for number, function in enumerate(functions):
        try:
            found.append(answer(function))
        except Exception as error:
            which = f"wrong[{name!r}]" + (f"[{number}]" if len(functions) > 1 else "")
            said = f"{problem}: {which} raised {type(error).__name__}: {error}"
            # With its traceback, for who looks for the grader's own line in it.
            raise ValueError(said).with_traceback(error.__traceback__) from error
    return found
