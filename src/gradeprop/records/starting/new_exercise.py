"""Write a new exercise: its files, and its line in course.yaml."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gradeprop.course.course_spec import AssignmentSpec, CourseSpec
from gradeprop.course.document import Document
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.errors import CourseError, UsageError
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.starting.course_list import with_exercise
from gradeprop.records.starting.new_course import write_new
from gradeprop.records.starting.templates import KINDS, exercise_templates

_COURSE: Final = "course.yaml"
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")


def start_exercise(root: Path, name: str, kind: str) -> list[str]:
    """Write the exercise ``assignment/slug`` into the course at ``root``, and list it there; a new
    assignment is added to the course. Return the paths of what was written, course.yaml last.

    Raises:
        UsageError: the name or the kind is none, the exercise exists, or course.yaml is written in
            a way in which a line cannot be added to it.
        CourseError: course.yaml is not valid.
        StorageError: something cannot be written.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind!r}", remedy=did_you_mean(kind, KINDS))
    assignment, slug = _named(name)
    raw = (root / _COURSE).read_bytes()
    document = read_yaml(raw, _COURSE)
    spec = _valid(document)
    _must_be_new(spec.assignments, assignment, slug)
    schema = (root / "schemas" / "exercise.schema.json").is_file()
    written = exercise_templates(assignment, slug, kind, schema=schema)
    for path in written:
        if (root / path).exists():
            raise UsageError(
                "this file exists already",
                where=path,
                remedy="move it away, or choose another name",
            )
    course = with_exercise(raw, document, spec, assignment, slug)
    for path, text in written.items():
        write_new(root, path, text)
    if course is not None:
        write_atomically(root / _COURSE, course)
    return [*written, *([_COURSE] if course is not None else [])]


def _named(name: str) -> tuple[str, str]:
    parts = name.removesuffix(".yaml").removeprefix("exercises/").split("/")
    if len(parts) != 2 or not all(map(_SLUG.fullmatch, parts)):
        raise UsageError(
            f"{name!r} names no exercise",
            remedy="write ASSIGNMENT/EXERCISE in small letters, digits and _, such as"
            " a01_slopes/slope_of_cube",
        )
    return parts[0], parts[1]


def _valid(document: Document) -> CourseSpec:
    if not document.readable:
        raise CourseError(document.problems)
    spec, problems = validate(CourseSpec, document)
    if spec is None or problems or document.problems:
        raise CourseError([*document.problems, *problems])
    return spec


def _must_be_new(assignments: Sequence[AssignmentSpec], assignment: str, slug: str) -> None:
    """An exercise that is listed and not written yet may be written."""
    known = [item.id for item in assignments]
    for item in assignments:
        if slug in item.exercises and item.id != assignment:
            raise UsageError(
                f"the course has an exercise {slug!r} already, in {item.id}",
                remedy="choose another name: gp.check finds an exercise by its name alone",
            )
    near = difflib.get_close_matches(assignment, known, n=1, cutoff=0.8)
    # a02_slopes beside a01_slopes is another one, and no slip of the fingers.
    if assignment not in known and near and _digits(near[0]) == _digits(assignment):
        raise UsageError(
            f"the course has no assignment {assignment!r}", remedy=f"did you mean {near[0]!r}?"
        )


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
