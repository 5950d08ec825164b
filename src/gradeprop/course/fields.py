"""What values in a course's YAML may be. The model is frozen, and refuses unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
ExceptionName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
FileName = Annotated[str, Field(pattern=r"^\w[\w .-]*$", max_length=100)]
Text = Annotated[str, Field(pattern=r"\S")]
Points = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]
Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToleranceSpec(Model):
    """Overrides of the engine's tolerance table for one dtype."""

    rtol: Tolerance = Field(description="Relative tolerance, e.g. 1e-4.")
    atol: Tolerance = Field(0.0, description="Absolute tolerance, in the answer's own unit.")
