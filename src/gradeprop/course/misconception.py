"""What YAML says of recognisable wrong answers."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from gradeprop.course.facts import Fact
from gradeprop.course.fields import ExceptionName, Model, Slug, Text
from gradeprop.course.patterns import Pattern
from gradeprop.course.replacing import changed


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


class CommonMisconception(Model):
    """A recognisable wrong answer: how it looks and what to say."""

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


def _said_elsewhere(schema: dict[str, Any]) -> None:
    """What course.yaml's common misconceptions may say in its place."""
    schema["required"] = [name for name in schema["required"] if name != "say"]


class Misconception(CommonMisconception):
    """One of a part, with a sample that proves it is caught. What it does not say is taken from
    the course's common one of the same id."""

    model_config = ConfigDict(json_schema_extra=_said_elsewhere)

    checks: tuple[Slug, ...] = Field(
        (),
        description=(
            "The checks in which it is looked for. Default: all, but of values that are neither "
            "gradients nor made by them only what the grader says of it."
        ),
    )
    option: Text | tuple[Text, ...] | None = Field(
        None,
        description="Of a choice, in place of a sample: the option (or options) that shows it.",
    )
    from_student: bool = Field(
        False,
        description=(
            "Whether its sample came from a student: it runs in a sandbox only, never at isolation "
            "none. `gradeprop adopt` writes this."
        ),
    )
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
