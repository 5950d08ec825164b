"""Files about exercises that stand beside a course's tests, one for each exercise that has any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from gradeprop.course.document import Document
from gradeprop.course.fields import Model
from gradeprop.course.model import LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.errors import CourseProblem

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Beside(Generic[M]):
    """One such file that could be read, and the exercise that it is about."""

    exercise: LoadedExercise
    document: Document
    spec: M

    def place(self, *path: str | int) -> str:
        """Where something in it stands: ``file:line:col``."""
        line, column = self.document.place(path)
        return f"{self.document.path}:{line}:{column}"

    def no_such_part(self, part: str, *path: str | int) -> CourseProblem | None:
        """The problem that it names a part which no check looks at, if it does."""
        parts = [item.part for item in self.exercise.spec.parts if item.checks]
        if part in parts:
            return None
        what = f"{self.exercise.slug} has no part {part!r} with checks"
        return self.document.problem(self.document.place(path), what, did_you_mean(part, parts))


def read_beside(
    root: Path, folder: str, exercises: Iterable[LoadedExercise], kind: type[M]
) -> tuple[list[Beside[M]], list[CourseProblem]]:
    """``folder/<exercise>.yaml`` of these exercises, in order; what is wrong with them besides."""
    found: list[Beside[M]] = []
    problems: list[CourseProblem] = []
    for exercise in exercises:
        name = f"{folder}/{exercise.slug}.yaml"
        if not (root / name).is_file():
            continue
        document = read_yaml((root / name).read_bytes(), name)
        problems += document.problems
        if not document.readable:
            continue
        spec, invalid = validate(kind, document)
        problems += invalid
        if spec is not None:
            found.append(Beside(exercise, document, spec))
    return found, problems
