"""A problem whose answer is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.values import Member


class Fixed(Problem):
    """A known answer, with the wrong answers worth recognising.

    Args:
        answer: tensor, number, word, truth value, None, a set of words or whole numbers, or a tuple
            or dict (by name) of them.
        mistakes: misconception id -> one wrong answer, or a **list** of variants; an empty list
            says that it means nothing here. Ids that are not given are derived from the answer
            (sign, factors, transposition, …). Authors' graders use the name, as they do
            :meth:`Problem.mistake`'s.
        labels: names of the items of a tuple answer.

    Raises:
        TypeError: an answer is nothing that a student's value can be compared with.
    """

    def __init__(
        self,
        answer: Answer | set[Member],
        mistakes: Mapping[str, Any] | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._answer = _comparable(answer, "the answer")
        self._wrong: dict[str, list[Answer]] = {}
        for name, wrong in (mistakes or {}).items():
            variants = wrong if isinstance(wrong, list) else [wrong]
            self._wrong[name] = [_comparable(item, f"the mistake {name!r}") for item in variants]
        self.stated = frozenset(self._wrong)
        self.labels = labels

    def answer(self) -> Answer:
        return self._answer

    def mistake(self, name: str) -> list[Answer]:
        if name in self._wrong:
            return list(self._wrong[name])
        return super().mistake(name)

    def rules_out(self, name: str) -> bool:
        return self._wrong.get(name) == []


def _comparable(answer: Any, what: str) -> Answer:
    """``answer`` as it is compared.

    Raises:
        TypeError: it cannot be.
    """
    if answer is None or isinstance(answer, bool | int | float | str):
        return answer
    if isinstance(answer, torch.Tensor):
        if answer.layout is not torch.strided or answer.device.type == "meta":
            raise TypeError(f"Fixed: {what} is a tensor without plain numbers; use .to_dense()")
        return answer.detach()
    if isinstance(answer, tuple):
        return tuple(_comparable(item, f"item {n} of {what}") for n, item in enumerate(answer))
    if isinstance(answer, dict):
        return {
            _name(key, what): _comparable(item, f"{key!r} of {what}")
            for key, item in answer.items()
        }
    if isinstance(answer, set | frozenset):
        return frozenset(_member(item, what) for item in answer)
    raise TypeError(
        f"Fixed: {what} is {_called(answer)}, which is never compared; {_remedy(answer)}"
    )


def _name(key: Any, what: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"Fixed: {what} has the key {key!r}; the names in a dict must be strings")
    return key


def _member(item: Any, what: str) -> Member:
    if isinstance(item, tuple):
        return tuple(_member(each, what) for each in item)
    if item is None or isinstance(item, bool | int | str):
        return item
    raise TypeError(
        f"Fixed: {what} is a set with {_called(item)} in it; a set is compared exactly, so that it"
        " may hold words and whole numbers only: write a tuple"
    )


def _called(answer: Any) -> str:
    name = type(answer).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _remedy(answer: Any) -> str:
    if isinstance(answer, list):
        return "write a tuple, which a student's list matches, too"
    if isinstance(answer, torch.nn.Module):
        return "give its output, or a dict of its parameters"
    if type(answer).__module__ == "numpy":
        return "write torch.as_tensor(...)"
    if type(answer).__name__ in ("Handle", "Expectation"):
        return "a student's value is known only after the check: give what it should be"
    return "give a tensor, a number, a word, True or False, None, or a tuple, dict or set of them"
