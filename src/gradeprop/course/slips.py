"""Everyday wrong answers that no sample shows, with the causes that are acceptable for each.

They are tests of a course, and decide no mark: ``tests/content/slips/<exercise>.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field, model_validator

from gradeprop.course.beside import Beside, read_beside
from gradeprop.course.fields import Model, Slug, Text
from gradeprop.course.model import LoadedExercise
from gradeprop.errors import CourseError, CourseProblem

FOLDER = "tests/content/slips"


class Slip(Model):
    """One wrong answer: ``part`` and ``code``, or ``answers`` for several parts at once."""

    slip: Slug
    part: Slug | None = None
    code: Text | None = Field(None, description="Python: what stands in the part's cell.")
    answers: dict[Slug, Text] = Field({}, description="Part → what stands in its cell.")
    causes: tuple[Slug, ...] = Field(
        description="Ids that a check of these parts may name; empty where none is right."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Slip:
        if bool(self.answers) == (self.part is not None and self.code is not None):
            raise ValueError("give part and code, or else answers")
        return self

    def sources(self) -> dict[str, str]:
        """Part → source."""
        if self.part is not None and self.code is not None:
            return {self.part: self.code}
        return dict(self.answers)


class SlipList(Model):
    """``tests/content/slips/<exercise>.yaml``."""

    slips: tuple[Slip, ...]


class LoadedSlip(Model):
    """A slip with where it stands."""

    exercise: str
    place: str = Field(description="file:line:col")
    spec: Slip


def load_slips(root: Path, exercises: Iterable[LoadedExercise]) -> list[LoadedSlip]:
    """The slips of these exercises, in order; none of an exercise without a file.

    Raises:
        CourseError: a file is not valid, with all problems.
    """
    files, problems = read_beside(root, FOLDER, exercises, SlipList)
    found: list[LoadedSlip] = []
    for file in files:
        problems += _misplaced(file)
        found += (
            LoadedSlip(exercise=file.exercise.slug, place=file.place("slips", number), spec=slip)
            for number, slip in enumerate(file.spec.slips)
        )
    if problems:
        raise CourseError(problems)
    return found


def _misplaced(file: Beside[SlipList]) -> Iterator[CourseProblem]:
    """Slips of parts that no check looks at, and ids that are used twice."""
    known: set[str] = set()
    for number, slip in enumerate(file.spec.slips):
        if slip.slip in known:
            at = file.document.place(("slips", number, "slip"))
            what = f"the slip {slip.slip!r} is there twice"
            yield file.document.problem(at, what, "rename one")
        known.add(slip.slip)
        for part in slip.sources():
            problem = file.no_such_part(part, "slips", number, "slip")
            if problem is not None:
                yield problem
