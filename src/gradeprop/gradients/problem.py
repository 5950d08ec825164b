"""A question with its right answer and the wrong answers that can be recognised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import torch

Answer: TypeAlias = "torch.Tensor | float | int | bool | str | tuple[Answer, ...] | None"
"""A right or wrong answer: detached tensors, numbers, words, or a tuple of them."""


class Problem(ABC):
    """What a grader poses with ``reference.expect(...).to_match(problem)``.

    Attributes:
        labels: names of the items of a tuple answer, for messages: ``("a", "b")``; else empty.
    """

    labels: tuple[str, ...] = ()

    @abstractmethod
    def answer(self) -> Answer:
        """The right answer, computed by torch.autograd or another stated reference."""

    def mistake(self, name: str) -> list[Answer]:
        """What the named mistake would have produced on the same inputs, in every variant worth
        trying (say, one per step size h); the order of variants is the same for every problem of a
        kind, so that one variant must explain all probes. Empty if the mistake means nothing here.
        """
        from gradeprop.gradients.mistakes import general_mistake

        return general_mistake(self.answer(), name)
