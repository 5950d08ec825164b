"""What was read from a course folder, before it is known whether it fits together."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gradeprop.course import layout
from gradeprop.course.course_spec import CourseSpec
from gradeprop.course.document import Document
from gradeprop.course.harness import PythonFile
from gradeprop.course.model import ChoicePart, Exercise, PredictionPart
from gradeprop.course.python_source import collected_tests
from gradeprop.course.solution import SolutionCell
from gradeprop.errors import CourseProblem


@dataclass
class ExerciseFiles:
    """One exercise's files. What is None is missing or was already reported as unreadable."""

    assignment: str
    slug: str
    document: Document
    spec: Exercise | None = None
    solution: tuple[SolutionCell, ...] | None = None
    grader_file: PythonFile | None = None
    data: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def grader(self) -> ast.Module | None:
        return None if self.grader_file is None else self.grader_file.tree

    @property
    def solution_path(self) -> str:
        return layout.solution_path(self.assignment, self.slug)

    @property
    def grader_path(self) -> str:
        return layout.grader_path(self.assignment, self.slug)

    @property
    def stated(self) -> tuple[str, ...]:
        """The checks of choices and predictions that have no test: the solution says what is
        right."""
        tests = {test.name for test in collected_tests(self.grader)} if self.grader else set()
        return tuple(
            check.check
            for part in (self.spec.parts if self.spec else ())
            if isinstance(part, ChoicePart | PredictionPart)
            for check in part.checks
            if f"test_{check.check}" not in tests
        )

    @property
    def needs_grader(self) -> bool:
        """Whether some check has to be a test, as far as is known."""
        if self.spec is None:
            return False
        return sum(len(part.checks) for part in self.spec.parts) > len(self.stated)

    def problem(self, what: str, remedy: str, *path: str | int) -> CourseProblem:
        """A problem at the value at ``path`` of the YAML."""
        return self.document.problem(self.document.place(path), what, remedy)

    def where(self, *path: str | int) -> str:
        """``file:line:col`` of the value at ``path`` of the YAML."""
        line, column = self.document.place(path)
        return f"{self.document.path}:{line}:{column}"


@dataclass(frozen=True)
class CourseFiles:
    """The whole folder.

    Attributes:
        exercises: by (assignment, slug): every exercise YAML on disk, listed or not.
        present: all files below exercises/, graders/ and solutions/, relative to the course,
            by-products out.
        shared: the files of graders/shared/ by their names without ``.py``; those that cannot be
            read are not there."""

    document: Document
    spec: CourseSpec | None
    exercises: dict[tuple[str, str], ExerciseFiles]
    present: tuple[str, ...]
    shared: dict[str, PythonFile] = field(default_factory=dict)
