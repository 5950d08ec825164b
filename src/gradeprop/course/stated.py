"""What a solution states of a choice or a prediction, and so what needs no grader file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gradeprop.course.model import (
    Check,
    ChoicePart,
    Exercise,
    LoadedExercise,
    Misconception,
    PredictionPart,
)
from gradeprop.course.options import Allowed, joined
from gradeprop.course.parts import Prediction
from gradeprop.course.python_source import assigned_literals, parse_python

__all__ = [
    "Literal",
    "StatedAnswer",
    "StatedPart",
    "answers_of",
    "literals",
    "names_of",
    "with_whole_samples",
]

Literal: TypeAlias = float | str
StatedPart: TypeAlias = ChoicePart | PredictionPart


@dataclass(frozen=True)
class StatedAnswer:
    """What is right at a name.

    Attributes:
        wrong: by misconception, what each of its samples assigns.
    """

    name: str
    right: Literal
    wrong: Mapping[str, list[Literal]] = field(default_factory=dict)


def names_of(part: StatedPart, check: Check | None = None) -> tuple[Prediction, ...]:
    """The names that a part, or one of its checks, looks at."""
    if isinstance(part, ChoicePart):
        return (Prediction.of_choice(part.name, part.options),)
    if check is None:
        return part.names
    return tuple(item for item in part.names if item.check in (None, check.check))


def literals(part: StatedPart, source: str) -> dict[str, Literal]:
    """What a text assigns to the part's names, where that is a number, an option or, of several,
    a list of options (here in one word); names that it assigns anything else to are not there."""
    tree = parse_python(source)[0]
    assigned = assigned_literals(tree) if tree else {}
    allowed = part.allowed
    found: dict[str, Literal] = {}
    for item in names_of(part):
        value = assigned.get(item.name)
        literal = _one(value, allowed[item.name]) if item.options else _number(value)
        if literal is not None:
            found[item.name] = literal
    return found


def answers_of(exercise: LoadedExercise, part: StatedPart, check: Check) -> Iterator[StatedAnswer]:
    """What the solution states of everything that a check without a test looks at."""
    right = literals(part, exercise.solution[part.part])
    samples = {
        name: [literals(part, way) for way in ways]
        for name, ways in exercise.samples(part.part).items()
    }
    for item in names_of(part, check):
        wrong = {
            name: [said[item.name] for said in ways]
            for name, ways in samples.items()
            if all(item.name in said for said in ways)
        }
        yield StatedAnswer(item.name, right[item.name], wrong)


def with_whole_samples(spec: Exercise, solution: Mapping[str, str]) -> Exercise:
    """The exercise with samples of predictions that say all: what one leaves out is as in the
    solution."""

    def whole(part: PredictionPart) -> PredictionPart:
        items = [_whole(item, solution[part.part]) for item in part.misconceptions]
        return part.model_copy(update={"misconceptions": tuple(items)})

    parts = tuple(
        whole(part) if isinstance(part, PredictionPart) and part.part in solution else part
        for part in spec.parts
    )
    return spec.model_copy(update={"parts": parts})


def _whole(item: Misconception, solution: str) -> Misconception:
    if item.change:
        return item
    ways = tuple(f"{solution}\n{way}" for way in item.ways(solution))
    return item.model_copy(update={"sample": None, "samples": ways})


def _one(value: object, allowed: Allowed) -> str | None:
    if not allowed.several:
        known = isinstance(value, str) and allowed.meant(value) in allowed.words
        return allowed.meant(str(value)) if known else None
    if not isinstance(value, list | tuple | set):
        return None
    if not all(isinstance(each, str) for each in value):
        return None
    words = [allowed.meant(each) for each in value]
    return joined(words, allowed.words) if set(words) <= set(allowed.words) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
