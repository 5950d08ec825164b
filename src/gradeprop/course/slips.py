"""Everyday wrong answers that no sample shows, with the causes that are acceptable for each.

They are tests of a course, and decide no mark: ``tests/content/slips/<exercise>.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field, model_validator

from gradeprop.course.document import Document
from gradeprop.course.fields import Model, Slug, Text
from gradeprop.course.model import LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
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
    found: list[LoadedSlip] = []
    problems: list[CourseProblem] = []
    for exercise in exercises:
        name = f"{FOLDER}/{exercise.slug}.yaml"
        path = root / name
        if not path.is_file():
            continue
        document = read_yaml(path.read_bytes(), name)
        wrong = list(document.problems)
        spec = None
        if document.readable:
            spec, invalid = validate(SlipList, document)
            wrong += invalid
        if spec is not None:
            wrong += _misplaced(document, spec, exercise)
            found += _placed(document, spec, exercise)
        problems += wrong
    if problems:
        raise CourseError(problems)
    return found


def _placed(document: Document, spec: SlipList, exercise: LoadedExercise) -> Iterator[LoadedSlip]:
    for number, slip in enumerate(spec.slips):
        line, column = document.place(("slips", number))
        place = f"{document.path}:{line}:{column}"
        yield LoadedSlip(exercise=exercise.slug, place=place, spec=slip)


def _misplaced(
    document: Document, spec: SlipList, exercise: LoadedExercise
) -> Iterator[CourseProblem]:
    """Slips of parts that no check looks at, and ids that are used twice."""
    parts = [part.part for part in exercise.spec.parts if part.checks]
    known: set[str] = set()
    for number, slip in enumerate(spec.slips):
        place = document.place(("slips", number, "slip"))
        if slip.slip in known:
            yield document.problem(place, f"the slip {slip.slip!r} is there twice", "rename one")
        known.add(slip.slip)
        for part in slip.sources():
            if part not in parts:
                what = f"{exercise.slug} has no part {part!r} with checks"
                yield document.problem(place, what, did_you_mean(part, parts))
