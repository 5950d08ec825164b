"""A problem whose answer is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.problem import Problem


class Fixed(Problem):
    """A known answer, with the wrong answers worth recognising.

    Args:
        answer: tensor, number, word, or a tuple of them.
        mistakes: misconception id -> one wrong answer, or a **list** of variants; an empty list
            says that it means nothing here. Ids that are not given are derived from the answer
            (sign, factors, transposition, …). Authors' graders use the name, as they do
            :meth:`Problem.mistake`'s.
        labels: names of the items of a tuple answer.
    """

    def __init__(
        self,
        answer: Answer,
        mistakes: Mapping[str, Any] | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._answer = answer
        self._wrong: dict[str, list[Answer]] = {}
        for name, wrong in (mistakes or {}).items():
            self._wrong[name] = list(wrong) if isinstance(wrong, list) else [wrong]
        self.labels = labels

    def answer(self) -> Answer:
        return self._answer

    def mistake(self, name: str) -> list[Answer]:
        if name in self._wrong:
            return list(self._wrong[name])
        return super().mistake(name)

    def rules_out(self, name: str) -> bool:
        return self._wrong.get(name) == []
