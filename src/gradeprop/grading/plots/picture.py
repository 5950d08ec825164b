"""A plot as a small picture that says in words what it shows."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from gradeprop.grading.plots.curve_picture import draw_curve
from gradeprop.grading.plots.field_picture import draw_field
from gradeprop.grading.plots.path_picture import draw_path
from gradeprop.grading.plots.svg import Sheet, cleaned
from gradeprop.grading.result.plot import Plot

__all__ = ["Picture", "picture"]


@dataclass(frozen=True)
class Picture:
    """An SVG element with a title and a description, and both of them as plain text."""

    svg: str
    words: str

    @property
    def address(self) -> str:
        """A ``data:`` address for the ``src`` of an image. Where a notebook that somebody else ran
        is opened, JupyterLab and GitHub take drawings out of outputs and leave their words behind
        in disorder; of an image they leave its text alternative."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg.encode()).decode()}"


def picture(plot: Plot) -> Picture:
    """The same picture for the same plot, to the byte."""
    draw = {"curve": draw_curve, "field": draw_field, "path": draw_path}[plot.kind]
    sheet: Sheet = draw(plot)
    return Picture(sheet.svg(), cleaned(f"{sheet.title}. {sheet.description}"))
