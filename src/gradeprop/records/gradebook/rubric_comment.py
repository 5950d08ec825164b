"""A rubric's outcome as text: the lines that a marker's comment begins with, written and read
again.

The lines are a Markdown list, so that they look right in nbgrader's pages, in ours and as plain
text. They are also the only place where it is kept which criteria are met: nbgrader's gradebook has
one number."""

from __future__ import annotations

import re

from gradeprop.course.model import Criterion, Rubric
from gradeprop.wording import number

_LINE = re.compile(r"- ([✓✗]) (.*) \([\d.e+-]+ of [\d.e+-]+\)\s*")


def points_of(rubric: Rubric, met: frozenset[str]) -> float:
    """The points of the criteria that are met."""
    return sum(item.points for item in rubric.criteria if item.id in met)


def written(rubric: Rubric, met: frozenset[str], comment: str) -> str:
    """The outcome line by line, and below it what else the marker has to say."""
    lines = [_line(item, item.id in met) for item in rubric.criteria]
    return "\n".join(lines) + (f"\n\n{comment}" if comment else "")


def read(rubric: Rubric, text: str) -> tuple[frozenset[str] | None, str]:
    """The criteria that are met, and the rest of the comment.

    None instead of criteria if the lines are not those of this rubric: a person wrote something
    else, or the rubric has changed. Lines of a former rubric are not kept in the comment."""
    by_text = {_flat(item.text): item.id for item in rubric.criteria}
    found: dict[str, bool] = {}
    rest = []
    former = False
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            rest.append(line)
        elif match[2] in by_text:
            found[by_text[match[2]]] = match[1] == "✓"
        else:
            former = True
    complete = not former and len(found) == len(rubric.criteria)
    met = frozenset(name for name, is_met in found.items() if is_met)
    return (met if complete else None), "\n".join(rest).strip()


def holds_criteria(text: str) -> bool:
    """Whether a comment has lines of a rubric, be it of this one or of a former one."""
    return any(_LINE.fullmatch(line) for line in text.splitlines())


def _line(criterion: Criterion, met: bool) -> str:
    most = number(round(criterion.points, 2))
    return f"- {'✓' if met else '✗'} {_flat(criterion.text)} ({most if met else 0} of {most})"


def _flat(text: str) -> str:
    return " ".join(text.split())
