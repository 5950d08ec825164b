"""A class, student by student: marks per exercise and what went wrong."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.cli.class_causes import NOT_BEGUN, went_wrong
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import at_worst, certain
from gradeprop.grading.result.status_words import STOPPED, SUBMISSION
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.names import shown_id

__all__ = ["MANY", "NAME", "ClassTable", "remark", "told_apart"]

_STYLE: Final = {"needs_manual": "yellow", "ungradable": "red", "error": "bold red"}
MANY: Final = 30
"""Students above which only those are listed who need attention."""
NAME: Final = 16
"""Characters of a student's id that are shown, if that tells all apart; the rest of 80 columns is
for what went wrong."""
_TAIL: Final = 5


class _Row(NamedTuple):
    """What the table says of one student. A class may have many, so what is said of most is
    shared."""

    student: str
    marks: tuple[str, ...]
    total: str
    style: str
    remark: str
    attention: bool


class ClassTable:
    """The table of a class, result by result: of each it keeps no more than is shown."""

    def __init__(self, assignment: LoadedAssignment) -> None:
        self._assignment = assignment
        self._rows: list[_Row] = []

    def add(self, result: SubmissionResult) -> None:
        """One student's."""
        marks = (_marks(item.score, certain(item)) for item in result.exercises)
        self._rows.append(
            _Row(
                result.student,
                tuple(map(sys.intern, marks)),
                sys.intern(_marks(result.score, result.auto_score)),
                _STYLE.get(result.status, ""),
                sys.intern(remark(result)),
                _needs_attention(result),
            )
        )

    def print(self, *, everybody: bool) -> None:
        """Print it on stdout. Of more than `MANY` students only those who need attention, unless
        ``everybody`` is asked for."""
        rows = sorted(self._rows)
        few = everybody or len(rows) <= MANY
        shown = rows if few else [row for row in rows if row.attention]
        out = screen.out()
        out.print(_legend(self._assignment))
        if shown:
            out.print(self._table(shown))
        if left := len(rows) - len(shown):
            who = f"Listed: who needs attention. {left} more" if shown else f"All {left}"
            out.print(
                f"{who} have half of the points or more and nothing in the way: "
                "--all lists everybody."
            )

    def _table(self, rows: Sequence[_Row]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
        names = told_apart([shown_id(row.student) for row in rows])
        table.add_column("student", no_wrap=max(map(len, names)) <= NAME, overflow="fold")
        for number, exercise in enumerate(self._assignment.exercises, start=1):
            most = sum(part.points for part in exercise.spec.parts)
            table.add_column(f"{number}\n/{most:g}", justify="right", no_wrap=True)
        table.add_column(f"sum\n/{self._assignment.points:g}", justify="right", no_wrap=True)
        table.add_column("what went wrong, in which exercise")
        for row, name in zip(rows, names, strict=True):
            table.add_row(Text(name), *row.marks, row.total, screen.styled(row.remark, row.style))
        return table


def told_apart(ids: Sequence[str]) -> list[str]:
    """The ids, long ones shortened in the middle, but only as far as no two look the same."""
    cut = [_cut(item) for item in ids]
    seen = Counter(cut)
    return [short if seen[short] == 1 else item for item, short in zip(ids, cut, strict=True)]


def _cut(text: str) -> str:
    if len(text) <= NAME:
        return text
    return f"{text[: NAME - _TAIL - 1]}…{text[-_TAIL:]}"


def _legend(assignment: LoadedAssignment) -> str:
    names = ", ".join(
        f"{number} {item.slug}" for number, item in enumerate(assignment.exercises, start=1)
    )
    return f"{assignment.spec.title} ({assignment.id}). Exercises: {names}"


def _marks(score: float | None, known: float) -> str:
    """Points; while a part is open, what is certain so far with a question mark."""
    return f"{known:g}+?" if score is None else f"{score:g}"


def _needs_attention(result: SubmissionResult) -> bool:
    """Whether an instructor should look at it whatever the size of the class: something is in the
    way, or less than half of the points that checks give were earned."""
    if result.status in ("ungradable", "error"):
        return True
    parts = [part for _, part in result.parts()]
    if any(part.status in STOPPED for part in parts):
        return True
    most = sum(check.max_score for part in parts for check in at_worst(part.checks))
    return result.auto_score < most / 2


def remark(result: SubmissionResult) -> str:
    """``to mark; ascent (1); took too long (3)``: what is to be done, and by exercise what went
    wrong."""
    label = SUBMISSION[result.status]
    if result.status == "ungradable":
        return f"{label}: {(result.message or '').split('. ')[0]}"
    remarks = [label] if result.status != "graded" else []
    idle: list[str] = []
    for number, exercise in enumerate(result.exercises, start=1):
        words = went_wrong(exercise)
        if words == [NOT_BEGUN]:
            idle.append(str(number))
        elif words:
            remarks.append(f"{', '.join(words)} ({number})")
    if idle:
        whole = len(idle) == len(result.exercises)
        remarks.append("nothing begun" if whole else f"{NOT_BEGUN} ({', '.join(idle)})")
    return "; ".join([*remarks, *_taken_off(result)])


def _taken_off(result: SubmissionResult) -> list[str]:
    """What is lost of the whole, in no exercise."""
    lost = sum(item.score or 0.0 for item in result.exercises) - (result.score or 0.0)
    off = result.score is not None and round(lost, 4) > 0
    return [f"{lost:g} taken off for being late"] if off else []
