"""``reports/<assignment>-similar.html``: pairs with both codes side by side, as one file that needs
nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.records.feedback.code import python
from gradeprop.records.html.frame import environment, rendered
from gradeprop.records.similar.compare import PartCompared
from gradeprop.records.similar.gathered import Likeness
from gradeprop.records.similar.words import ELSEWHERE, NO_PROOF, nothing_told, percent, who

_LINE = '<span class="line">'


def similar_path(root: Path, assignment: str) -> Path:
    """Where the page is written."""
    return root / "reports" / f"{assignment}-similar.html"


def similar_page(
    course: Course,
    assignment: LoadedAssignment,
    found: Sequence[Likeness],
    parts: Sequence[PartCompared],
) -> bytes:
    """The page as UTF-8."""
    return rendered(
        _environment(),
        "similar.html",
        "similar.css",
        course=course.spec.title,
        title=assignment.spec.title,
        found=found,
        untold=[nothing_told(part) for part in parts if not part.can_tell],
        no_proof=NO_PROOF,
        elsewhere=ELSEWHERE,
    )


@cache
def _environment() -> Environment:
    return environment(
        "gradeprop.records.similar", marked=_marked, who=who, names=", ".join, percent=percent
    )


def _marked(source: str, lines: Collection[int]) -> Markup:
    """The code in colours, with a bar at some of its lines."""
    shown = str(python(source)).split("\n")
    # What a student wrote is escaped in it; what begins a line is the highlighter's own.
    return Markup(
        "\n".join(
            line.replace(_LINE, '<span class="line alike">', 1) if at in lines else line
            for at, line in enumerate(shown)
        )
    )
