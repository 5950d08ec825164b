"""The fixture ``student``: what a grader asks, written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, NoneType
from typing import Any, Final

import torch

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.harness import code_of
from gradeprop.session.interface import Argument, Ask, Bound, Call, Read, ReadAll, Run

__all__ = ["Student", "as_argument"]

_MEMBERS: Final = (NoneType, bool, int, float, str)


class Student:
    """The fixture ``student``: writes down what to ask."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.asks: list[Ask] = []

    def value(self, name: str) -> Handle:
        """The value of a global name after the part's cell has run."""
        self.asks.append(Read(name))
        return Handle(len(self.asks) - 1)

    def values(self, *names: str) -> Handle:
        """The values of several global names as one tuple, which can be unpacked."""
        if not names or not all(isinstance(name, str) for name in names):
            raise TypeError(f"values() takes names in quotes, not {names!r}")
        self.asks.append(ReadAll(names))
        return Handle(len(self.asks) - 1, length=len(names))

    def name(self, name: str) -> Bound:
        """An object of the student's by its global name, to be passed to `call` or `run`."""
        if not isinstance(name, str):
            raise TypeError(f"name() takes a name in quotes, not {name!r}")
        return Bound(name)

    def call(
        self, name: str, *arguments: Any, may_change: Sequence[int | str] = (), **keywords: Any
    ) -> Handle:
        """What the student's function returns for these arguments.

        Tensors travel with dtype, device, ``requires_grad`` and ``.grad``; the function gets
        copies, and a copy that comes back changed (value or ``.grad``) fails the check. A function
        of the grader's file travels as source, see `run`.

        Args:
            may_change: the arguments, by position or keyword, that may come back changed.
        """
        if not isinstance(name, str):
            raise TypeError(
                f"call() takes the name of a student's function, not {name!r}; a function of the"
                " grader's own is run by student.run(...)"
            )
        if isinstance(may_change, int | str):
            raise TypeError(f"may_change takes a tuple: may_change=({may_change!r},)")
        passed = (*range(len(arguments)), *keywords)
        for item in may_change:
            if item not in passed:
                known = ", ".join(map(repr, passed)) or "none"
                raise TypeError(f"may_change names {item!r}; the arguments are: {known}")
        self.asks.append(Call(name, *self._passed(arguments, keywords), tuple(may_change)))
        return Handle(len(self.asks) - 1, passed=passed)

    def run(self, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Handle:
        """What ``function``, of the grader's own file, returns on the student's side.

        It travels as source, with all that it names: torch, math, and what its file or
        graders/shared/ defines. What it changes in its arguments fails nothing, and what it uses of
        autograd is not the student's doing. It runs beside student code, which can change whatever
        it meets: return data to be compared, never a verdict.

        Raises:
            TypeError: it names what does not travel, or is not defined at the top of a file.
        """
        passed = (*range(len(arguments)), *keywords)
        self.asks.append(Run(code_of(function), *self._passed(arguments, keywords)))
        return Handle(len(self.asks) - 1, passed=passed)

    def _passed(
        self, arguments: Sequence[Any], keywords: Mapping[str, Any]
    ) -> tuple[tuple[Argument, ...], dict[str, Argument]]:
        return (
            tuple(as_argument(item, self._device) for item in arguments),
            {key: as_argument(item, self._device) for key, item in keywords.items()},
        )


def as_argument(item: Any, device: str) -> Argument:
    """A grader's argument as it travels; tensors become `TensorState` on the check's device."""
    if isinstance(item, torch.Tensor):
        gradient = item.grad if item.is_leaf else None
        return TensorState(
            item.detach().cpu().clone(),
            device,
            item.requires_grad,
            True,
            None if gradient is None else gradient.detach().cpu().clone(),
        )
    if item is None or isinstance(item, (bool, int, float, str)):
        return item
    if isinstance(item, Bound):
        return item
    if isinstance(item, list):
        return [as_argument(each, device) for each in item]
    if isinstance(item, tuple):
        return tuple(as_argument(each, device) for each in item)
    if isinstance(item, dict) and all(isinstance(key, str) for key in item):
        return {key: as_argument(each, device) for key, each in item.items()}
    if isinstance(item, set | frozenset) and all(isinstance(each, _MEMBERS) for each in item):
        return frozenset(item)
    if isinstance(item, FunctionType):
        return code_of(item)
    raise TypeError(
        "a check can only pass tensors, numbers, strings, functions of its file, student.name(...),"
        " sets of words or numbers, and lists, tuples and dicts of all these whose keys are "
        f"strings, not {type(item).__name__}"
    )
