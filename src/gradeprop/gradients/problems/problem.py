"""A question with its right answer and the wrong answers that can be recognised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.general import general_misconception
from gradeprop.gradients.problems.walk import Walk

if TYPE_CHECKING:
    import torch


class Problem(ABC):
    """What a grader poses with ``reference.expect(...).to_match(problem)``.

    Attributes:
        labels: names of the items of a tuple answer, for messages: ``("a", "b")``; else empty.
        stated: ids of the misconceptions for which the grader itself says what they give.
    """

    labels: tuple[str, ...] = ()
    stated: frozenset[str] = frozenset()

    @abstractmethod
    def answer(self) -> Answer:
        """The right answer, computed by torch.autograd or another stated reference."""

    def mistake(self, name: str) -> list[Answer]:
        """What the named misconception would have produced on the same inputs, in every variant
        worth trying (say, one per step size h). Empty if it means nothing here.

        The order of variants is the same for every problem of a kind, so that one variant must
        explain all probes.

        Authors' graders override this hook under the name ``mistake``, which is also the key of a
        pattern in YAML: that is why it is not called after the misconception.
        """
        return general_misconception(self.answer(), name)

    def walk(self) -> Walk | None:
        """The way of a descent in two numbers, for a picture; None for all other problems."""
        return None

    def elsewhere(self, at: torch.Tensor) -> Answer:  # noqa: ARG002
        """What would be right at other points, for a picture of a function of one variable; None
        for all other problems, or where nothing is known of them."""
        return None

    def rules_out(self, name: str) -> bool:  # noqa: ARG002
        """Whether the author has said that this misconception means nothing here, so that it is not
        looked for by its samples either."""
        return False
