"""Which causes everybody met, exercise by exercise through the whole course.

Read straight from the result files: a report of one assignment asks for those of all others, and
most of what they hold is of no interest here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
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
        students: all who have a result.
        met: by exercise, the causes that can be told there.
        begun: by exercise, who has written something for it.
        causes: by exercise, the causes named for each student.
    """

    exercises: tuple[str, ...]
    students: frozenset[str]
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
        earlier = takewhile(lambda name: name != exercise, self.exercises)
        return any(cause in self.causes[name].get(student, ()) for name in earlier)


def history(course: Course) -> History:
    """Of everybody, in all assignments. Files that are no results are passed over here; whoever
    reads marks tells of them."""
    exercises = [item for assignment in course.assignments for item in assignment.exercises]
    begun: dict[str, set[str]] = {item.slug: set() for item in exercises}
    causes: dict[str, dict[str, frozenset[str]]] = {item.slug: {} for item in exercises}
    students: set[str] = set()
    for assignment in course.assignments:
        for student, worked_on in _found(Path(course.root), assignment.id):
            students.add(student)
            for exercise, named in worked_on.items():
                if exercise in begun:
                    begun[exercise].add(student)
                    if named:
                        causes[exercise][student] = named
    met = {item.slug: _declared(item).union(*causes[item.slug].values()) for item in exercises}
    return History(
        tuple(item.slug for item in exercises),
        frozenset(students),
        met,
        {exercise: frozenset(students) for exercise, students in begun.items()},
        causes,
    )


def _declared(exercise: LoadedExercise) -> frozenset[str]:
    return frozenset(
        item.id for part in exercise.spec.parts for item in getattr(part, "misconceptions", ())
    )


def _found(root: Path, assignment: str) -> Iterator[tuple[str, dict[str, frozenset[str]]]]:
    """Each student, and by exercise that they worked on the causes named there. Nothing can be told
    of an answer that was not begun, is missing, could not be read, or that a grader failed on."""
    for path in sorted((root / "results" / assignment).glob("[!.]*.json")):
        try:
            data: Any = orjson.loads(path.read_bytes())
            worked_on = {}
            for exercise in data["exercises"] if data["status"] != "ungradable" else ():
                parts = [item for item in exercise["parts"] if _can_be_told(item)]
                named = (check["misconception"] for item in parts for check in item["checks"])
                if parts:
                    worked_on[exercise["exercise"]] = frozenset(filter(None, named))
            yield data["student"], worked_on
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue


def _can_be_told(part: Mapping[str, Any]) -> bool:
    return not part.get("not_begun") and part["status"] not in ("missing", "error")
