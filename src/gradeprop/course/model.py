"""The model: what the YAML of an exercise defines, and a whole course as it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gradeprop.course import layout
from gradeprop.course.course_spec import AssignmentSpec, CourseSpec
from gradeprop.course.facts import Fact
from gradeprop.course.fields import (
    Count,
    ExceptionName,
    FileName,
    Model,
    Name,
    Points,
    Positive,
    Slug,
    Text,
    ToleranceSpec,
)
from gradeprop.course.keys import PartKey
from gradeprop.course.patterns import Pattern
from gradeprop.course.replacing import changed


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


class Check(Model):
    """One pytest test ``test_<check>`` with points."""

    check: Slug = Field(description="The test function is test_<check>.")
    points: Points
    public: bool = Field(
        False, description="Students can run it; its inputs and expected numbers are released."
    )
    needs: tuple[Slug, ...] = Field(
        (), description="Checks of this exercise that must pass first, else it is skipped."
    )
    describe: Text = Field(
        description="What it checks, in the student's words; shown for public and hidden checks."
    )

    @property
    def voided(self) -> bool:
        """Whether it was taken out of everyone's marks; see `gradeprop.course.voided`."""
        return False


class RaisedError(Model):
    """An exception that a misconception leads to."""

    type: ExceptionName = Field(
        description="Its type, or a base class of it: RuntimeError. Without a module any will do."
    )
    text: str = Field("", description="What stands somewhere in its text; capitals do not count.")


class Flags(Model):
    """What a tensor with the right values is then."""

    requires_grad: bool | None = None
    is_leaf: bool | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Flags:
        if self.requires_grad is None and self.is_leaf is None:
            raise ValueError("flag: give requires_grad, is_leaf or both")
        return self


class Misconception(Model):
    """A recognisable wrong answer: how it looks, what to say, and a sample that proves it is
    caught."""

    id: Slug
    pattern: Pattern | None = Field(
        None, description="How the right answer is changed; default: known by its id."
    )
    raises: RaisedError | None = Field(
        None, description="The exception by which it is recognised, in a cell or in a call."
    )
    flag: Flags | None = Field(
        None, description="The flags by which it is recognised, where the values are right."
    )
    engine: str | None = Field(
        None, description="Id of a cause of the engine that this id and these words stand for."
    )
    checks: tuple[Slug, ...] = Field(
        (),
        description=(
            "The checks in which it is looked for. Default: all, but of values that are neither "
            "gradients nor made by them only what the grader says of it."
        ),
    )
    say: Text = Field(description="What the student reads: what went wrong and what to look at.")
    seen: tuple[Fact, ...] = Field(
        (),
        description=(
            "What must have been seen in the student's process: it is not named where that was not."
        ),
    )
    unseen: tuple[Fact, ...] = Field(
        (), description="What, where it was seen in the student's process, excludes it."
    )
    unsure: Text | None = Field(
        None,
        description="What to say, without naming a cause, where nobody can tell what was seen.",
    )
    public: bool = Field(True, description="Its words travel in the released notebook.")
    sample: Text | None = Field(
        None, description="Python: a wrong answer for this part that shows this misconception."
    )
    samples: tuple[Text, ...] = Field(
        (), description="Instead of sample: several wrong answers that all show it."
    )
    change: dict[Text, str] = Field(
        {},
        description=(
            "Instead of sample: the solution with replacements, the old text: the new one. Each old"
            " text stands in the solution exactly once; the new one may be empty."
        ),
    )

    @model_validator(mode="after")
    def _one_way_to_show_it(self) -> Misconception:
        given = [name for name in ("sample", "samples", "change") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("id: give exactly one of sample, samples, change")
        return self

    @property
    def by_sample(self) -> bool:
        """Whether it is recognised by what its samples give, besides by its id."""
        return self.pattern is None

    def ways(self, solution: str) -> tuple[str, ...]:
        """The sources of all its samples, for a part with this solution.

        Raises:
            ValueError: an old text of ``change`` does not stand in the solution exactly once.
        """
        if self.change:
            return (changed(solution, self.change),)
        return self.samples if self.sample is None else (self.sample,)


class Criterion(Model):
    """One binary criterion of a rubric."""

    id: Slug
    text: Text = Field(description="In plain words; shown to the student.")
    points: Points
    key: str = Field(
        "", description="What a good answer says; for the marker only, never released."
    )


class Rubric(Model):
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    contradictions: tuple[Text, ...] = Field(
        (), description="Statements that a right answer cannot contain; for the marker only."
    )
    words: Count | None = Field(None, description="Word limit told to the student.")


class CodePart(Model):
    """The student fills in a code cell."""

    part: Slug
    kind: Literal["code"]
    title: str | None = None
    prompt: Text = Field(description="Markdown with $maths$.")
    starter: Text = Field(description="What the student's cell holds at first; must earn nothing.")
    hints: tuple[Text, ...] = ()
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()
    forbid: tuple[Literal["autograd", "optimizer"], ...] = Field(
        (),
        description=(
            "Machinery that the student's functions may not use in this part (best effort)."
        ),
    )

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)


class ChoicePart(Model):
    """The student assigns one of the options to a name."""

    part: Slug
    kind: Literal["choice"]
    title: str | None = None
    prompt: Text
    starter: Text
    name: Name = Field(description="The Python name to assign to.")
    options: Annotated[tuple[Text, ...], Field(min_length=2)]
    hints: tuple[Text, ...] = ()
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()
    forbid: tuple[()] = ()

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)


class ExplanationPart(Model):
    """The student writes prose in a Markdown cell; a person gives the points by the rubric."""

    part: Slug
    kind: Literal["explanation"]
    title: str | None = None
    prompt: Text
    starter: Text = "*Write your explanation here.*"
    hints: tuple[Text, ...] = ()
    rubric: Rubric

    @property
    def points(self) -> float:
        return sum(criterion.points for criterion in self.rubric.criteria)

    @property
    def checks(self) -> tuple[Check, ...]:
        return ()

    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        return ()


Part = Annotated[CodePart | ChoicePart | ExplanationPart, Field(discriminator="kind")]


class Exercise(Model):
    """``exercises/<assignment>/<slug>.yaml``; its slug is the file's name."""

    title: Text
    objectives: Annotated[tuple[Text, ...], Field(min_length=1)]
    minutes: Count = Field(description="How long a student needs, in minutes.")
    points: Points = Field(
        description="Must equal the sum over parts; stated so that a slip is seen."
    )
    introduction: Text = Field(description="Markdown with $maths$, shown before the parts.")
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
    grader: str = Field(description="Path of the grader, relative to the course folder.")
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

    def part(self, name: str) -> CodePart | ChoicePart | ExplanationPart:
        return next(part for part in self.spec.parts if part.part == name)

    def samples(self, part: str) -> dict[str, tuple[str, ...]]:
        """By misconception, the wrong answers for a part that show it."""
        solution = self.solution[part]
        return {item.id: item.ways(solution) for item in self.part(part).misconceptions}


class LoadedAssignment(Model):
    spec: AssignmentSpec
    exercises: tuple[LoadedExercise, ...]

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def points(self) -> float:
        return sum(part.points for _, part in self.parts())

    def parts(self) -> Iterator[tuple[PartKey, CodePart | ChoicePart | ExplanationPart]]:
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

    def assignment(self, name: str) -> LoadedAssignment | None:
        return next((item for item in self.assignments if item.id == name), None)
