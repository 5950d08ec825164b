"""An answer with what it needs of the student's other cells, so that it can stand alone."""

from __future__ import annotations

import re

from gradeprop.course.keys import PartKey
from gradeprop.notebook.restore import RestoredNotebook, RunCell
from gradeprop.notebook.sources import defined_names

__all__ = ["alone"]

_NAME = re.compile(r"[^\W\d]\w*")


def alone(notebook: RestoredNotebook, part: PartKey) -> str:
    """The answer, below those of the student's own cells before it that define a name which stands
    in it, or in one of these. Answers to other parts of its exercise are not among them: whoever
    asks it gives it those."""
    answer = notebook.answers.get(part, "")
    words = set(_NAME.findall(answer))
    needed: list[str] = []
    for cell in reversed(_before(notebook, part)):
        if defined_names(cell.source) & words:
            needed.append(cell.source)
            words |= set(_NAME.findall(cell.source))
    return "\n\n".join([*reversed(needed), answer])


def _before(notebook: RestoredNotebook, part: PartKey) -> list[RunCell]:
    """The cells that the student wrote, up to where the part is judged, but for its exercise's
    answers."""
    own = []
    for cell in notebook.cells:
        if cell.judge == part:
            break
        answers = cell.origin == "student" and cell.exercise == part.exercise
        if cell.runs and cell.origin != "release" and not answers:
            own.append(cell)
    return own
