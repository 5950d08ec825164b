"""Which causes everybody met, exercise by exercise through the whole course.

Read straight from the result files: a report of one assignment asks for those of all others, and
most of what they hold is of no interest here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gradeprop.course.model import Course, LoadedExercise

__all__ = ["History", "history"]


@dataclass(frozen=True)
class History:
    """By exercise, in the course's order.

    Attributes:
        exercises: their names.
        met: by exercise, the causes that can be told there.
        begun: by exercise, who has written something for it.
        causes: by exercise, the causes named for each student.
    """

    exercises: tuple[str, ...]
    met: dict[str, frozenset[str]]
    begun: dict[str, frozenset[str]]
    causes: dict[str, dict[str, frozenset[str]]]

    def of(self, student: str, cause: str) -> list[tuple[str, bool]]:
        """The exercises in which the student could have shown the cause, and whether they did."""
        return [
            (exercise, cause in self.causes[exercise].get(student, ()))
            for exercise in self.exercises
            if cause in self.met[exercise] and student in self.begun[exercise]
        ]

    def later(self, student: str, cause: str, exercises: Collection[str]) -> list[bool]:
        """Whether the student showed the cause, in each exercise after the first of these in which
        it can be told."""
        first = next((name for name in self.exercises if name in exercises), None)
        if first is None:
            return []
        names = self.exercises[self.exercises.index(first) + 1 :]
        return [shown for name, shown in self.of(student, cause) if name in names]

    def had_before(self, student: str, cause: str, exercise: str) -> bool:
        """Whether the cause was named for the student in an exercise before this one."""
        earlier = self.exercises[: self.exercises.index(exercise)]
        return any(cause in self.causes[name].get(student, ()) for name in earlier)


def history(course: Course) -> History:
    """Of everybody, in all assignments. Files that are no results are passed over here; whoever
    reads marks tells of them."""
    exercises = [item for assignment in course.assignments for item in assignment.exercises]
    begun: dict[str, set[str]] = {item.slug: set() for item in exercises}
    causes: dict[str, dict[str, frozenset[str]]] = {item.slug: {} for item in exercises}
    for assignment in course.assignments:
        for student, exercise, named, has_begun in _found(Path(course.root), assignment.id):
            if exercise in begun and has_begun:
                begun[exercise].add(student)
                if named:
                    causes[exercise][student] = named
    met = {item.slug: _declared(item).union(*causes[item.slug].values()) for item in exercises}
    return History(
        tuple(item.slug for item in exercises),
        met,
        {exercise: frozenset(students) for exercise, students in begun.items()},
        causes,
    )


def _declared(exercise: LoadedExercise) -> frozenset[str]:
    return frozenset(
        item.id for part in exercise.spec.parts for item in getattr(part, "misconceptions", ())
    )


def _found(root: Path, assignment: str) -> Iterator[tuple[str, str, frozenset[str], bool]]:
    """Student, exercise, the causes named there, and whether it was begun."""
    for path in sorted((root / "results" / assignment).glob("[!.]*.json")):
        try:
            data: Any = orjson.loads(path.read_bytes())
            for exercise in data["exercises"]:
                parts = [item for item in exercise["parts"] if not item.get("not_begun")]
                named = (check["misconception"] for item in parts for check in item["checks"])
                causes = frozenset(filter(None, named))
                yield data["student"], exercise["exercise"], causes, bool(parts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
