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
from gradeprop.grading.verdict import PartResult, SubmissionResult

_STATUS = {
    "graded": ("graded", "green"),
    "needs_manual": ("for you to mark", "yellow"),
    "ungradable": ("unreadable", "red"),
    "error": ("grader fault", "bold red"),
}


def print_class(assignment: LoadedAssignment, results: Sequence[SubmissionResult], root: Path) -> None:
    """Print the table on stdout, and on stderr where the details are."""
    out = screen.out()
    out.print(_table(assignment, results))
    for line in _causes(results):
        out.print(line)
    where = (root / "results" / assignment.id).relative_to(root)
    screen.err().print(f"Every check's message and detail: {where}/<student>.json")


def _table(assignment: LoadedAssignment, results: Sequence[SubmissionResult]) -> Table:
    table = Table(title=assignment.spec.title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("student", overflow="ellipsis", no_wrap=True, max_width=18)
    for exercise in assignment.exercises:
        most = sum(part.points for part in exercise.spec.parts)
        table.add_column(f"{exercise.slug.replace('_', ' ')}\n/ {most:g}", justify="right", max_width=12)
    table.add_column(f"total\n/ {assignment.points:g}", justify="right")
    table.add_column("status", no_wrap=True)
    table.add_column("what went wrong")
    for result in results:
        marks = [
            _marks(exercise.score, [part.score for part in exercise.parts]) for exercise in result.exercises
        ]
        label, style = _STATUS[result.status]
        table.add_row(
            screen.styled(result.student, ""),
            *marks,
            _marks(result.score, [part.score for item in result.exercises for part in item.parts]),
            Text(label, style=style),
            screen.styled(_remark(result), "dim"),
        )
    return table


def _marks(score: float | None, known: Sequence[float | None]) -> str:
    """Points; while a part is open, what is certain so far with a question mark."""
    if score is not None:
        return f"{score:g}"
    return f"{sum(item for item in known if item is not None):g}+?"


def _remark(result: SubmissionResult) -> str:
    if result.status == "ungradable":
        return (result.message or "").split(". ")[0]
    parts = [part for exercise in result.exercises for part in exercise.parts]
    causes = dict.fromkeys(
        check.misconception for part in parts for check in part.checks if check.misconception
    )
    stops = dict.fromkeys(part.status for part in parts if _stopped(part))
    return ", ".join([*stops, *(str(cause).replace("_", " ") for cause in causes)])


def _stopped(part: PartResult) -> bool:
    return part.status in ("timeout", "killed", "memory", "output", "missing", "error")


def _causes(results: Sequence[SubmissionResult]) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        found = {
            (exercise.exercise, check.misconception)
            for exercise in result.exercises
            for part in exercise.parts
            for check in part.checks
            if check.misconception
        }
        counts.update(found)
    if not counts:
        return []
    lines = ["Most frequent mistakes:"]
    for (exercise, cause), number in counts.most_common(5):
        lines.append(f"  {number:3d} × {cause.replace('_', ' ')}  ({exercise})")
    return lines
