"""The class at a glance: marks per exercise, status, and which mistakes are most frequent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import certain
from gradeprop.grading.result.verdict import SubmissionResult
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


def print_class(
    assignment: LoadedAssignment, results: Sequence[SubmissionResult], root: Path
) -> None:
    """Print the table on stdout, and on stderr where the details are."""
    out = screen.out()
    out.print(_legend(assignment))
    out.print(_table(assignment, results))
    for line in _causes(results):
        out.print(line)
    where = (root / "results" / assignment.id).relative_to(root)
    screen.err().print(f"Every check's message and detail: {where}/<student>.json")


def _table(assignment: LoadedAssignment, results: Sequence[SubmissionResult]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("student", overflow="ellipsis", no_wrap=True, max_width=_NAME)
    for number, exercise in enumerate(assignment.exercises, start=1):
        most = sum(part.points for part in exercise.spec.parts)
        table.add_column(f"{number}\n/{most:g}", justify="right", no_wrap=True)
    table.add_column(f"sum\n/{assignment.points:g}", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("what went wrong, in which exercise")
    for result in results:
        marks = [_marks(exercise.score, certain(exercise)) for exercise in result.exercises]
        label, style = _STATUS[result.status]
        table.add_row(
            Text(shown_id(result.student)),
            *marks,
            _marks(result.score, result.auto_score),
            Text(label, style=style),
            screen.styled(_remark(result), ""),
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


def _causes(results: Sequence[SubmissionResult]) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        found = set()
        for key, part in result.parts():
            if part.not_begun:
                continue  # the faults of code that was given are not the student's
            causes = {check.misconception for check in part.checks if check.misconception}
            found |= {(key.exercise, cause) for cause in causes}
        counts.update(found)
    if not counts:
        return []
    lines = ["Most frequent mistakes:"]
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
    for (exercise, cause), number in most:
        lines.append(f"  {number:3d} × {cause.replace('_', ' ')}  ({exercise})")
    return lines
