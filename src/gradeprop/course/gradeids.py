"""The grade ids that a course's notebooks will carry, held against nbgrader's rules for them.

nbgrader wants ids of letters, digits, ``_`` and ``-``, at most 128 long, unique within a notebook.
Slugs hold no ``-``, so an id tells its exercise and part; ids can still collide with the notebook's
own cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gradeprop.course.folder import CourseFiles
from gradeprop.course.model import Exercise
from gradeprop.errors import CourseProblem

LONGEST = 128
_ALLOWED = re.compile(r"[a-zA-Z0-9_\-]+")


def assignment_ids(assignment: str) -> tuple[str, ...]:
    """Ids of the cells that each notebook has once."""
    return tuple(
        f"{assignment}-{name}" for name in ("introduction", "setup", "progress", "closing")
    )


class PartIds(NamedTuple):
    """Ids of one part's cells, in the order of the notebook; ``given`` and ``after`` are there in
    some parts only."""

    prompt: str
    given: str
    answer: str
    after: str
    check: str


def part_ids(exercise: str, part: str) -> PartIds:
    """Ids of one part's cells, those that only some parts have included."""
    name = f"{exercise}-{part}"
    return PartIds(f"{name}-prompt", f"{name}-given", name, f"{name}-after", f"{name}-check")


def exercise_ids(exercise: str, spec: Exercise) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """(grade id, place in the exercise's YAML) of all cells of an exercise.

    A part defined twice is yielded once; the check of the exercise itself reports it.
    """
    yield f"{exercise}-introduction", ()
    if spec.given is not None:
        yield f"{exercise}-given", ("given",)
    seen = set()
    for number, part in enumerate(spec.parts):
        if part.part in seen:
            continue
        seen.add(part.part)
        for name in part_ids(exercise, part.part):
            yield name, ("parts", number, "part")


def check_grade_ids(files: CourseFiles) -> Iterator[CourseProblem]:
    """Ids that nbgrader would refuse."""
    assert files.spec is not None
    for assignment in files.spec.assignments:
        taken = dict.fromkeys(assignment_ids(assignment.id), "the notebook's own cell")
        for slug in dict.fromkeys(assignment.exercises):
            exercise = files.exercises.get((assignment.id, slug))
            if exercise is None or exercise.spec is None:
                continue
            for name, path in exercise_ids(slug, exercise.spec):
                if len(name) > LONGEST or not _ALLOWED.fullmatch(name):
                    what = f"nbgrader refuses the grade id {name!r}"
                    yield exercise.problem(
                        what, f"shorten it to {LONGEST} letters, digits, _ and -", *path
                    )
                owner = taken.setdefault(name, where := exercise.where(*path))
                if owner != where:
                    what = f"its grade id {name!r} is taken by {owner}"
                    yield exercise.problem(what, "rename the part or the exercise", *path)
