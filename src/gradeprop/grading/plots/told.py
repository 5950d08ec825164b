"""What a picture shows, in words, for whoever does not see it."""

from __future__ import annotations

from gradeprop.gradients.comparison.render import number
from gradeprop.grading.result.plot import Plot
from gradeprop.wording import counted

__all__ = ["numbers", "title_of", "without_points"]


def title_of(plot: Plot) -> str:
    """What the picture is of."""
    return f"Plot of {plot.what}: expected and got"


def numbers(values: tuple[float, ...]) -> str:
    """One number, or several in brackets."""
    shown = ", ".join(map(number, values))
    return shown if len(values) == 1 else f"({shown})"


def without_points(plot: Plot) -> list[str]:
    """The sentence about what could not be drawn, where there is something."""
    if not plot.left_out:
        return []
    what = counted(plot.left_out, "value")
    verb = "is" if plot.left_out == 1 else "are"
    kind = "a finite number" if plot.left_out == 1 else "finite numbers"
    point = "it has no point" if plot.left_out == 1 else "they have no points"
    return [f"{what} that you got {verb} not {kind}; {point} here."]
