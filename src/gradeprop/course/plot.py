"""What the YAML of an exercise says of a check's plot."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from gradeprop.course.fields import Model, Name

PlotKind: TypeAlias = Literal["curve", "field", "path"]


class Plot(Model):
    """A picture of what was expected and what came; ``plot: curve`` is short for its kind alone."""

    kind: PlotKind = Field(
        description=(
            "curve: a function of one variable. field: a pair of matrices, the slopes from row "
            "to row and from column to column, as arrows. path: the steps of a descent in two "
            "numbers, on the contours of the loss."
        )
    )
    over: Name | None = Field(
        None,
        description="Of a curve, the argument that the function is drawn over; default: its first.",
    )
    steps: Name | None = Field(
        None,
        description="Of a path, the argument that says how many steps are taken; default: steps.",
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Plot:
        if self.over is not None and self.kind != "curve":
            raise ValueError(f"over means nothing for a {self.kind}, only for a curve")
        if self.steps is not None and self.kind != "path":
            raise ValueError(f"steps means nothing for a {self.kind}, only for a path")
        return self


def _in_full(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


AnyPlot = Annotated[Plot, BeforeValidator(_in_full, json_schema_input_type=Plot | PlotKind)]
"""A plot as it may be written: in full, or its kind alone."""
