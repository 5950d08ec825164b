"""What a part says of its misconceptions: the clues by which the process tells them apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradeprop.gradients.diagnosis.clues import OF_THE_ENGINE, Clues

if TYPE_CHECKING:
    from gradeprop.course.model import Misconception

__all__ = ["clues_of"]


def clues_of(misconceptions: Iterable[Misconception]) -> dict[str, Clues]:
    """By id: what the exercise says, or else the engine; those without any are not there."""
    found: dict[str, Clues] = {}
    for item in misconceptions:
        if item.seen or item.unseen:
            found[item.id] = Clues(item.seen, item.unseen, item.unsure and item.unsure.strip())
        elif item.id in OF_THE_ENGINE and item.pattern is None:
            found[item.id] = OF_THE_ENGINE[item.id]
    return found
