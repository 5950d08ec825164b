"""The model: what the YAML of an exercise defines, and a whole course as it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from gradeprop.course import layout
from gradeprop.course.course_spec import AssignmentSpec, CourseSpec
from gradeprop.course.faults_together import only_given, together
from gradeprop.course.fields import (
    Count,
    FileName,
    Model,
    Points,
    Positive,
    Slug,
    Text,
    ToleranceSpec,
)
from gradeprop.course.keys import PartKey
from gradeprop.course.misconception import Misconception
from gradeprop.course.parts import (
    AnyPart,
    Check,
    CheckedPart,
    ChoicePart,
    CodePart,
    Criterion,
    ExplanationPart,
    Figure,
    PredictionPart,
    RepairPart,
    Rubric,
)

__all__ = [
    "AnyPart",
    "Check",
    "CheckedPart",
    "ChoicePart",
    "CodePart",
    "Course",
    "Criterion",
    "Exercise",
    "ExplanationPart",
    "Figure",
    "LimitOverrides",
    "LoadedAssignment",
    "LoadedExercise",
    "Misconception",
    "PredictionPart",
    "RepairPart",
    "Rubric",
]

Part = Annotated[AnyPart, Field(discriminator="kind")]


class LimitOverrides(Model):
    """Limits of one exercise; what is not given is inherited. ``cell_s`` and ``check_s`` hold for
    its own cells and checks. The others hold for the assignment, which runs in one session: the
    largest counts."""

    cell_s: Positive | None = None
    check_s: Positive | None = None
    total_s: Positive | None = None
    memory_mb: Count | None = None
    processes: Count | None = None
    output_kb_cell: Count | None = None
    output_kb_total: Count | None = None
    result_mb: Count | None = None


class Exercise(Model):
    """``exercises/<assignment>/<slug>.yaml``; its slug is the file's name."""

    title: Text
    objectives: Annotated[tuple[Text, ...], Field(min_length=1)]
    minutes: Count = Field(description="How long a student needs, in minutes.")
    points: Points = Field(
        description="Must equal the sum over parts; stated so that a slip is seen."
    )
    level: Annotated[int, Field(ge=1, le=3)] | None = Field(
        None, description="How demanding it is: 1 (a first step) to 3; shown to students."
    )
    prerequisites: tuple[Slug, ...] = Field(
        (), description="Earlier exercises of the course that it builds on; shown to students."
    )
    introduction: Text = Field(description="Markdown with $maths$, shown before the parts.")
    figure: Figure | None = Field(None, description="Shown below the introduction.")
    given: Text | None = Field(
        None, description="Python: a locked cell before the first part; solutions see it, too."
    )
    files: tuple[FileName, ...] = Field(
        (), description="Data files beside the YAML, released with the notebook."
    )
    limits: LimitOverrides = LimitOverrides()
    tolerances: dict[Literal["float16", "bfloat16", "float32", "float64"], ToleranceSpec] = Field(
        {}
    )
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


class LoadedExercise(Model):
    """An exercise with where it stands and what belongs to it."""

    slug: Slug
    assignment: Slug
    spec: Exercise
    solution: dict[str, str] = Field(
        description="Source of each part's solution cell (text for explanations)."
    )
    grader: str = Field(
        description="Path of the grader, relative to the course folder; there is none where every "
        "check is stated."
    )
    stated: tuple[Slug, ...] = Field(
        (), description="Checks without a test: what the solution states is right."
    )
    data: dict[str, bytes] = Field({}, description="Contents of the declared files.")
    places: dict[str, str] = Field(
        {},
        description=(
            "file:line:col of each part (<part>) and of its checks and misconceptions "
            "(<part>.<id>)."
        ),
    )

    @property
    def path(self) -> str:
        """Path of the YAML, relative to the course folder."""
        return layout.exercise_path(self.assignment, self.slug)

    @property
    def solution_path(self) -> str:
        """Path of the solution, relative to the course folder."""
        return layout.solution_path(self.assignment, self.slug)

    def place(self, part: str, name: str | None = None) -> str:
        """Where a part, or one of its checks or misconceptions, is declared: ``file:line:col``."""
        return self.places.get(f"{part}.{name}" if name else part, self.path)

    def key(self, part: str) -> PartKey:
        return PartKey(self.slug, part)

    def checks(self) -> Iterator[Check]:
        """All checks of all parts, in the order of the notebook."""
        for part in self.spec.parts:
            yield from part.checks

    def figures(self) -> Iterator[Figure]:
        """All figures of the exercise and its parts, in the order of the notebook."""
        for item in (self.spec, *self.spec.parts):
            if item.figure is not None:
                yield item.figure

    @property
    def has_tests(self) -> bool:
        """Whether any of its checks is a test of its grader."""
        return any(check.check not in self.stated for check in self.checks())

    def part(self, name: str) -> AnyPart:
        return next(part for part in self.spec.parts if part.part == name)

    def samples(self, part: str) -> dict[str, tuple[str, ...]]:
        """By misconception, the wrong answers for a part that show it."""
        solution = self.solution[part]
        return {item.id: item.ways(solution) for item in self.part(part).misconceptions}

    def together(self, part: str) -> dict[str, tuple[str, ...]]:
        """Of a repair, by the ids of several faults, the wrong answers that have all of them; see
        `gradeprop.course.faults_together`."""
        if part not in self._together:
            self._together[part] = together(self.part(part), self.solution[part])
        return self._together[part]

    def only_given(self, part: str) -> str | None:
        """The name among these that stands for what is given to be mended and for nothing that
        changes of the solution make."""
        if part not in self._only_given:
            self._only_given[part] = only_given(self.part(part), self.solution[part])
        return self._only_given[part]

    # Found once, since graders ask for it at every wrong answer and it takes milliseconds.
    _together: dict[str, dict[str, tuple[str, ...]]] = PrivateAttr(default_factory=dict)
    _only_given: dict[str, str | None] = PrivateAttr(default_factory=dict)


class LoadedAssignment(Model):
    spec: AssignmentSpec
    exercises: tuple[LoadedExercise, ...]

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def points(self) -> float:
        return sum(part.points for _, part in self.parts())

    @property
    def carries_samples(self) -> bool:
        """Whether any misconception whose words travel in the notebook is recognised by its
        samples."""
        return any(
            item.by_sample and item.public
            for _, part in self.parts()
            for item in part.misconceptions
        )

    def parts(self) -> Iterator[tuple[PartKey, AnyPart]]:
        """All parts of all exercises, in the order of the notebook."""
        for exercise in self.exercises:
            for part in exercise.spec.parts:
                yield exercise.key(part.part), part

    def checks(self) -> Iterator[tuple[PartKey, Check]]:
        """All checks of all parts, in the order of the notebook."""
        for key, part in self.parts():
            for check in part.checks:
                yield key, check


class Course(Model):
    """A whole course, checked across files."""

    root: str = Field(description="Absolute path of the course folder.")
    spec: CourseSpec
    assignments: tuple[LoadedAssignment, ...]
    digest: str = Field(
        description="SHA-256 (hex) over course.yaml, voided.yaml, exercises, graders and solutions."
    )
    titles: dict[Slug, tuple[Slug, str]] = Field(
        default_factory=dict,
        description="Of all exercises, of those too that were not asked for: assignment, title.",
    )

    def assignment(self, name: str) -> LoadedAssignment | None:
        return next((item for item in self.assignments if item.id == name), None)
