"""What the YAML of an exercise says of its parts, one class for each kind."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gradeprop.course.facts import Reveal
from gradeprop.course.fields import Count, FileName, Model, Name, Points, Positive, Slug, Text
from gradeprop.course.misconception import Misconception
from gradeprop.course.options import Allowed
from gradeprop.course.plot import AnyPlot


class Check(Model):
    """One pytest test ``test_<check>`` with points; of a choice or a prediction without such a
    test, the comparison with what the solution states."""

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
    reveal: Reveal | None = Field(
        None,
        description=(
            "What a public check shows of a wrong answer: the expected numbers, or only the "
            "verdict and the misconception's words; then neither can be read in the notebook. "
            "Default: verdict for choices and predictions, numbers for all else."
        ),
    )
    plot: AnyPlot | None = Field(
        None,
        description=(
            "A picture of what was expected and what came, shown with a wrong answer; of public "
            "checks only."
        ),
    )

    @property
    def voided(self) -> bool:
        """Whether it was taken out of everyone's marks; see `gradeprop.course.voided`."""
        return False


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


class Figure(Model):
    """A picture that code draws when the notebook is built."""

    file: FileName = Field(
        description="Python beside the YAML that leaves one figure of matplotlib's; not released."
    )
    alt: Text = Field(description="What it shows, in words, for whoever does not see it.")


class _Part(Model):
    """What every kind of part has."""

    part: Slug
    title: str | None = None
    prompt: Text = Field(description="Markdown with $maths$.")
    hints: tuple[Text, ...] = ()
    figure: Figure | None = Field(None, description="Shown below the prompt.")
    given: Text | None = Field(
        None,
        description="Python: a locked cell before the answer; solution and samples see it, too.",
    )
    after: Text | None = Field(
        None, description="Python: a locked cell after the answer and before its check."
    )


class _CheckedPart(_Part):
    """What every part has that checks judge."""

    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)

    def reveals(self, check: Check) -> Reveal:
        """What the check shows of a wrong answer, where it is public."""
        return check.reveal or "numbers"

    @property
    def allowed(self) -> dict[str, Allowed]:
        """What may be assigned, by name; names that are not there may hold anything."""
        return {}


class _StatedPart(_CheckedPart):
    """A part whose checks need no test: the solution file says what is right."""

    forbid: tuple[()] = ()

    def reveals(self, check: Check) -> Reveal:
        return check.reveal or "verdict"


class CodePart(_CheckedPart):
    """The student fills in a code cell."""

    kind: Literal["code"]
    starter: Text = Field(description="What the student's cell holds at first; must earn nothing.")
    forbid: tuple[Literal["autograd", "optimizer"], ...] = Field(
        (),
        description=(
            "Machinery that the student's functions may not use in this part (best effort)."
        ),
    )


class RepairPart(_CheckedPart):
    """The student mends code that is given with faults."""

    kind: Literal["repair"]
    starter: Text = Field(
        description=(
            "The code with its faults. It runs, and what it defines may raise; every check fails."
        )
    )
    forbid: tuple[Literal["autograd", "optimizer"], ...] = Field(
        (),
        description=(
            "Machinery that the student's functions may not use in this part (best effort)."
        ),
    )


class ChoicePart(_StatedPart):
    """The student assigns one of the options to a name, or with ``several`` a list of them."""

    kind: Literal["choice"]
    starter: Text
    name: Name = Field(description="The Python name to assign to.")
    options: Annotated[tuple[Text, ...], Field(min_length=2)]
    several: bool = Field(
        False, description="A list or set of options is asked for, in any order; all or nothing."
    )

    @property
    def allowed(self) -> dict[str, Allowed]:
        return {self.name: Allowed(self.options, self.several)}


class Prediction(Model):
    """One name that a student commits to."""

    name: Name = Field(description="The Python name to assign to.")
    options: tuple[Text, ...] = Field((), description="The words that it may be.")
    between: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Every number from the first to the second is right."
    )
    tolerance: Positive | None = Field(
        None, description="How far a number may be off, in its own unit; default: rounding only."
    )
    check: Slug | None = Field(
        None, description="Which check looks at it; needed where the part has several."
    )

    @classmethod
    def of_choice(cls, name: str, options: tuple[str, ...]) -> Prediction:
        """The one name of a choice."""
        return cls(name=name, options=options, between=None, tolerance=None, check=None)

    @property
    def allowed(self) -> Allowed:
        """What may be assigned to it."""
        if self.between is None:
            return Allowed(self.options, tolerance=self.tolerance)
        return Allowed(low=self.between[0], high=self.between[1])


class PredictionPart(_StatedPart):
    """The student commits to numbers or words before an experiment, which stands in ``after``."""

    kind: Literal["prediction"]
    names: Annotated[tuple[Prediction, ...], Field(min_length=1)]
    starter: str = Field("", description="Default: every name is None.")

    @property
    def allowed(self) -> dict[str, Allowed]:
        return {item.name: item.allowed for item in self.names}


class ExplanationPart(_Part):
    """The student writes prose in a Markdown cell; a person gives the points by the rubric."""

    kind: Literal["explanation"]
    starter: Text = "*Write your explanation here.*"
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


CheckedPart: TypeAlias = CodePart | RepairPart | ChoicePart | PredictionPart
"""A part that checks judge."""
AnyPart: TypeAlias = CheckedPart | ExplanationPart
