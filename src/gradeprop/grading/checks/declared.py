"""What a part says of its misconceptions: where they are looked for, and by what besides values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradeprop.course.known_ids import CAUSES, MISTAKES
from gradeprop.gradients.diagnosis.clues import OF_THE_ENGINE, Clues
from gradeprop.grading.checks.signs import Sign

if TYPE_CHECKING:
    from gradeprop.course.model import LoadedExercise, Misconception

__all__ = ["clues_of", "ids_of", "looked_for", "signs_of", "words_of"]


def clues_of(misconceptions: Iterable[Misconception]) -> dict[str, Clues]:
    """By id: what the exercise says, or else the engine; those without any are not there."""
    found: dict[str, Clues] = {}
    for item in misconceptions:
        if item.seen or item.unseen:
            found[item.id] = Clues(item.seen, item.unseen, item.unsure and item.unsure.strip())
        elif item.id in OF_THE_ENGINE and item.pattern is None:
            found[item.id] = OF_THE_ENGINE[item.id]
    return found


def words_of(misconceptions: Iterable[Misconception]) -> dict[str, str]:
    """What the student reads, by id."""
    return {item.id: item.say.strip() for item in misconceptions}


def looked_for(misconceptions: Iterable[Misconception], check: str) -> list[Misconception]:
    """Those that this check looks for."""
    return [item for item in misconceptions if not item.checks or check in item.checks]


def signs_of(misconceptions: Iterable[Misconception], check: str) -> tuple[Sign, ...]:
    """By what besides values this check knows them; those known by values alone are not there."""
    sought = looked_for(misconceptions, check)
    return tuple(_sign(item) for item in sought if item.raises or item.flag or item.engine)


def _sign(item: Misconception) -> Sign:
    flags = item.flag.model_dump(exclude_none=True) if item.flag else {}
    error = (item.raises.type, item.raises.text) if item.raises else None
    return Sign(item.id, error, tuple(flags.items()), item.engine)


def ids_of(exercise: LoadedExercise) -> frozenset[str]:
    """The ids that its grader may speak of: those that it declares, and those of the engine."""
    parts = exercise.spec.parts
    declared = {item.id for part in parts for item in part.misconceptions}
    return frozenset({*declared, *MISTAKES, *CAUSES})
