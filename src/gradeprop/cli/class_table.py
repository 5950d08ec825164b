"""The class at a glance: marks per exercise, status, and which mistakes are most frequent."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import certain
from gradeprop.grading.result.verdict import SubmissionResult, SubmissionStatus
from gradeprop.records.files.names import shown_id

_STATUS = {
    "graded": ("graded", "green"),
    "needs_manual": ("to mark", "yellow"),
    "ungradable": ("unreadable", "red"),
    "error": ("fault", "bold red"),
}
_STOPS = ("timeout", "killed", "memory", "output", "missing", "error")
_NAME = 16
"""Characters of a student's id that are shown; the rest of 80 columns is for the causes."""


class _Row(NamedTuple):
    """What the table says of one student. A class may have many, so what is said of most is
    shared."""

    student: str
    marks: tuple[str, ...]
    total: str
    status: SubmissionStatus
    remark: str


class ClassTable:
    """The table of a class, result by result: of each it keeps no more than is shown."""

    def __init__(self, assignment: LoadedAssignment) -> None:
        self._assignment = assignment
        self._rows: list[_Row] = []
        self._found: Counter[tuple[str, str]] = Counter()

    def add(self, result: SubmissionResult) -> None:
        """One student's."""
        marks = (_marks(item.score, certain(item)) for item in result.exercises)
        self._rows.append(
            _Row(
                result.student,
                tuple(map(sys.intern, marks)),
                sys.intern(_marks(result.score, result.auto_score)),
                result.status,
                sys.intern(_remark(result)),
            )
        )
        self._found.update(_causes(result))

    def print(self, root: Path) -> None:
        """Print the table on stdout, and on stderr where the details are."""
        out = screen.out()
        out.print(_legend(self._assignment))
        out.print(self._table())
        for line in self.most_frequent():
            out.print(line)
        where = (root / "results" / self._assignment.id).relative_to(root)
        screen.err().print(f"Every check's message and detail: {where}/<student>.json")

    def most_frequent(self) -> list[str]:
        """The five mistakes that most students made, as lines."""
        if not self._found:
            return []
        lines = ["Most frequent mistakes:"]
        most = sorted(self._found.items(), key=lambda item: (-item[1], item[0]))[:5]
        for (exercise, cause), number in most:
            lines.append(f"  {number:3d} × {cause.replace('_', ' ')}  ({exercise})")
        return lines

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        table.add_column("student", overflow="ellipsis", no_wrap=True, max_width=_NAME)
        for number, exercise in enumerate(self._assignment.exercises, start=1):
            most = sum(part.points for part in exercise.spec.parts)
            table.add_column(f"{number}\n/{most:g}", justify="right", no_wrap=True)
        table.add_column(f"sum\n/{self._assignment.points:g}", justify="right", no_wrap=True)
        table.add_column("status", no_wrap=True)
        table.add_column("what went wrong, in which exercise")
        for row in sorted(self._rows):
            label, style = _STATUS[row.status]
            table.add_row(
                Text(shown_id(row.student)),
                *row.marks,
                row.total,
                Text(label, style=style),
                screen.styled(row.remark, ""),
            )
        return table


def _legend(assignment: LoadedAssignment) -> str:
    names = ", ".join(
        f"{number} {item.slug}" for number, item in enumerate(assignment.exercises, start=1)
    )
    return f"{assignment.spec.title} ({assignment.id}). Exercises: {names}"


def _marks(score: float | None, known: float) -> str:
    """Points; while a part is open, what is certain so far with a question mark."""
    return f"{known:g}+?" if score is None else f"{score:g}"


def _remark(result: SubmissionResult) -> str:
    """``ascent (1), timeout (3)``: by exercise, the causes found, else how it stopped."""
    if result.status == "ungradable":
        return (result.message or "").split(". ")[0]
    remarks = []
    for number, exercise in enumerate(result.exercises, start=1):
        begun = [part for part in exercise.parts if not part.not_begun]
        checks = [check for part in begun for check in part.checks]
        causes = dict.fromkeys(check.misconception for check in checks if check.misconception)
        stops = dict.fromkeys(part.status for part in exercise.parts if part.status in _STOPS)
        if not begun:
            remarks.append(f"not begun ({number})")
            continue
        unknown = any(check.status == "failed" for check in checks) and not causes and not stops
        words = [
            *stops,
            *(str(cause).replace("_", " ") for cause in causes),
            *(["no known cause"] if unknown else []),
        ]
        if words:
            remarks.append(f"{', '.join(words)} ({number})")
    return "; ".join(remarks)


def _causes(result: SubmissionResult) -> set[tuple[str, str]]:
    """By exercise, the mistakes that have a name."""
    found = set()
    for key, part in result.parts():
        if part.not_begun:
            continue  # the faults of code that was given are not the student's
        causes = {check.misconception for check in part.checks if check.misconception}
        found |= {(key.exercise, cause) for cause in causes}
    return found
