"""What a command works on: the course, its assignments and exercises. Loads no torch, so that a
slip in a course file is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradeprop.course.load import find_course, load_course
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.errors import UsageError


def open_course(folder: Path | None) -> tuple[Path, Course]:
    """The course folder and the checked course.

    Raises:
        UsageError: there is no course here.
        CourseError: it is not valid.
    """
    root = find_course(folder)
    return root, load_course(root)


def named_assignment(course: Course, name: str) -> LoadedAssignment:
    """The assignment of that name.

    Raises:
        UsageError: there is none.
    """
    assignment = course.assignment(name)
    if assignment is None:
        known = ", ".join(item.id for item in course.assignments)
        raise UsageError(f"the course has no assignment {name!r}", remedy=f"known: {known}")
    return assignment


def as_slug(name: str) -> str:
    """A check's or exercise's name as it stands in the course: screens show its words with blanks
    between them, and whoever copies one from there means the same."""
    return "_".join(name.split())


def chosen_exercises(course: Course, names: Sequence[str]) -> list[LoadedExercise]:
    """The exercises of these names in the order given; all of the course if none is named.

    Raises:
        UsageError: one does not exist.
    """
    known = {
        exercise.slug: exercise
        for assignment in course.assignments
        for exercise in assignment.exercises
    }
    if absent := [name for name in names if name not in known]:
        raise UsageError(
            f"the course has no exercise {absent[0]!r}", remedy=f"known: {', '.join(known)}"
        )
    return [known[name] for name in names] or list(known.values())
