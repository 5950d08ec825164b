"""Mutants of a solution that are as right as it is, or are let pass on purpose, with the reason.

They are tests of a course, and decide no mark: ``tests/content/mutants/<exercise>.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from gradeprop.course.fields import Model, Slug, Text
from gradeprop.course.model import LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.errors import CourseError, CourseProblem

FOLDER = "tests/content/mutants"


class Excuse(Model):
    """One mutant that may get full marks."""

    part: Slug
    line: Text = Field(description="The solution's line that is changed, without indentation.")
    becomes: str = Field("", description="What it becomes; left out where the line is gone.")
    why: Text = Field(description="Why no check fails it: to the course a right answer.")


class ExcuseList(Model):
    """``tests/content/mutants/<exercise>.yaml``."""

    mutants: tuple[Excuse, ...]


class LoadedExcuse(Model):
    """An excuse with where it stands."""

    exercise: str
    place: str = Field(description="file:line:col")
    spec: Excuse


def load_excuses(root: Path, exercises: Iterable[LoadedExercise]) -> list[LoadedExcuse]:
    """The excuses of these exercises, in order; none of an exercise without a file.

    Raises:
        CourseError: a file is not valid, with all problems.
    """
    found: list[LoadedExcuse] = []
    problems: list[CourseProblem] = []
    for exercise in exercises:
        name = f"{FOLDER}/{exercise.slug}.yaml"
        if not (root / name).is_file():
            continue
        document = read_yaml((root / name).read_bytes(), name)
        problems += document.problems
        if not document.readable:
            continue
        spec, invalid = validate(ExcuseList, document)
        problems += invalid
        parts = [part.part for part in exercise.spec.parts if part.checks]
        for number, excuse in enumerate(spec.mutants if spec else ()):
            line, column = document.place(("mutants", number))
            place = f"{name}:{line}:{column}"
            found.append(LoadedExcuse(exercise=exercise.slug, place=place, spec=excuse))
            if excuse.part not in parts:
                at = document.place(("mutants", number, "part"))
                what = f"{exercise.slug} has no part {excuse.part!r} with checks"
                problems.append(document.problem(at, what, did_you_mean(excuse.part, parts)))
    if problems:
        raise CourseError(problems)
    return found
