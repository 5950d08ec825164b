"""What a command works on: the course, its assignments and exercises. Loads no torch, so that a
slip in a course file is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradeprop.course.choosing import Choose, both, by_name, whole, with_neighbours
from gradeprop.course.digest import course_digest
from gradeprop.course.load import find_course, load_course, load_sound
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseError, UsageError
from gradeprop.records.files.sound import known_sound, note_sound


def open_course(folder: Path | None) -> tuple[Path, Course]:
    """The course folder and the checked course.

    Raises:
        UsageError: there is no course here.
        CourseError: it is not valid.
    """
    root = find_course(folder)
    with suppress(OSError):  # which is told where the files are read
        digest = course_digest(root)
        if known_sound(root, digest):
            return root, load_course(root, sound=digest)
    course = load_course(root)
    note_sound(root, course.digest)
    return root, course


def open_chosen(
    folder: Path | None, names: Sequence[str], saved: Sequence[str] = ()
) -> tuple[Path, Course]:
    """The course folder, and of the course the exercises named: by assignment, by exercise or by
    the path of a file. All of it if none is named. What is wrong with the others hides nothing.

    Args:
        saved: names, too; if there are any, only what these name as well.

    Raises:
        UsageError: there is no course here, or a name fits nothing.
        CourseError: what was named is not valid.
    """
    root = find_course(folder)
    wanted = by_name(names, root) if names else None
    return root, load_course(root, _narrowed(wanted, by_name(saved, root) if saved else None))


def open_sound(
    folder: Path | None, names: Sequence[str], saved: Sequence[str] = ()
) -> tuple[Path, Course, CourseError | None]:
    """As `open_chosen`, without the exercises that are not valid, and what is wrong with those.

    Raises:
        UsageError: there is no course here, or a name fits nothing.
        CourseError: nothing of what was named is valid, or the course itself is not.
    """
    root = find_course(folder)
    wanted = by_name(names, root) if names else None
    fresh = by_name(saved, root) if saved else None
    return root, *load_sound(root, _narrowed(wanted, fresh))


def open_assignments(
    folder: Path | None, names: Sequence[str], saved: Sequence[str] = ()
) -> tuple[Path, Course]:
    """As `open_chosen`, by whole assignments.

    Raises:
        UsageError: there is no course here, or no such assignment.
        CourseError: what was named is not valid.
    """
    root = find_course(folder)
    wanted = whole(names) if names else None
    fresh = with_neighbours(by_name(saved, root)) if saved else None
    return root, load_course(root, _narrowed(wanted, fresh))


def _narrowed(one: Choose | None, other: Choose | None) -> Choose | None:
    return both(one, other) if one and other else one or other


def named_assignment(course: Course, name: str) -> LoadedAssignment:
    """The assignment of that name.

    Raises:
        UsageError: there is none.
    """
    assignment = course.assignment(name)
    if assignment is None:
        remedy = did_you_mean(name, [item.id for item in course.assignments])
        raise UsageError(f"the course has no assignment {name!r}", remedy=remedy)
    return assignment


def as_slug(name: str) -> str:
    """A check's or exercise's name as it stands in the course: screens show its words with blanks
    between them, and whoever copies one from there means the same."""
    return "_".join(name.split())


def chosen_exercises(course: Course) -> list[LoadedExercise]:
    """All exercises of what was opened, in the order of the course."""
    return [exercise for assignment in course.assignments for exercise in assignment.exercises]
