"""How a misconception changes the right answer, as one line of YAML.

A misconception without a pattern is recognised by its id: the problem that the grader poses
(``gradeprop.gradients``) knows what, say, ``grad_accumulated`` would have produced. A pattern is
for what is particular to one exercise."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Number = Annotated[float, Field(allow_inf_nan=False)]
Constant = Number | str | list[Number] | list[list[Number]]


class Pattern(BaseModel):
    """Exactly one of the fields is given; ``component`` narrows it to one item of a tuple
    answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mistake: str | None = Field(
        None,
        description=(
            "Id of a mistake that the engine knows, when it differs from this misconception's id."
        ),
    )
    scale: Number | None = Field(None, description="The right answer times this number, e.g. 0.5.")
    value: Constant | None = Field(
        None, description="A constant answer, e.g. a number printed wrongly in a text: 5.5225."
    )
    component: int | None = Field(
        None,
        ge=0,
        description=(
            "Apply it to this item of a tuple answer only (0 is the first); the rest must be right."
        ),
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Pattern:
        given = [name for name in ("mistake", "scale", "value") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of mistake, scale, value")
        return self
