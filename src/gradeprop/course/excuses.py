"""Mutants of a solution that are as right as it is, or are let pass on purpose, with the reason.

They are tests of a course, and decide no mark: ``tests/content/mutants/<exercise>.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from gradeprop.course.beside import read_beside
from gradeprop.course.fields import Model, Slug, Text
from gradeprop.course.model import LoadedExercise
from gradeprop.errors import CourseError

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
    files, problems = read_beside(root, FOLDER, exercises, ExcuseList)
    found: list[LoadedExcuse] = []
    for file in files:
        for number, excuse in enumerate(file.spec.mutants):
            place = file.place("mutants", number)
            found.append(LoadedExcuse(exercise=file.exercise.slug, place=place, spec=excuse))
            problem = file.no_such_part(excuse.part, "mutants", number, "part")
            problems += [problem] if problem else []
    if problems:
        raise CourseError(problems)
    return found
