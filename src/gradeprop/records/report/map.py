"""The misconception map: what every check said of every student, by its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradeprop.grading.result.status_words import STOPPED
from gradeprop.grading.result.verdict import CheckVerdict, SubmissionResult
from gradeprop.records.report.causes import CauseFigures
from gradeprop.records.report.checks import CheckFigures, verdicts_of
from gradeprop.records.report.people import People

__all__ = ["SIGNS", "Cell", "MapRow", "misconception_map"]

SIGNS: Mapping[str, tuple[str, str]] = {
    "right": ("✓", "right"),
    "unknown": ("?", "wrong, of no known cause"),
    "not_begun": ("·", "not begun"),
    "timeout": ("t", STOPPED["timeout"]),
    "killed": ("k", STOPPED["killed"]),
    "memory": ("m", STOPPED["memory"]),
    "output": ("o", STOPPED["output"]),
    "missing": ("–", STOPPED["missing"]),
    "skipped": ("→", "waits for another check"),
    "error": ("!", STOPPED["error"]),
}
"""What stands for each kind of verdict without a cause, and in words."""

_COLOURS = 8
"""Causes that have a colour of their own; the rest share one."""


@dataclass(frozen=True)
class Cell:
    """One check of one student: the sign, how it looks, and what it says."""

    sign: str
    tone: str
    words: str


@dataclass(frozen=True)
class MapRow:
    student: str
    score: float
    cells: tuple[Cell, ...]


def misconception_map(
    results: Sequence[SubmissionResult],
    points: Sequence[float],
    checks: Sequence[CheckFigures],
    causes: Sequence[CauseFigures],
    people: People,
) -> tuple[MapRow, ...]:
    """A row for each student, who has most points first; a cell for each check."""
    known = {cause.id: cause for cause in causes}
    tones = {cause.id: f"c{min(place, _COLOURS)}" for place, cause in enumerate(causes)}
    rows = [
        _row(result, score, checks, known, tones)
        for result, score in zip(results, points, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.score, people.place(row.student))))


def _row(
    result: SubmissionResult,
    score: float,
    checks: Sequence[CheckFigures],
    causes: Mapping[str, CauseFigures],
    tones: Mapping[str, str],
) -> MapRow:
    verdicts = verdicts_of(result)
    cells = []
    for check in checks:
        verdict = verdicts.get((check.exercise, check.part, check.check))
        if verdict is None:
            cells.append(Cell("", "none", "not graded"))
            continue
        cause = causes.get(verdict.misconception or "")
        if cause is not None:
            name = cause.id.replace("_", " ")
            cells.append(Cell(cause.letter, tones[cause.id], name))
            continue
        kind = _kind(verdict)
        cells.append(Cell(SIGNS[kind][0], kind, SIGNS[kind][1]))
    return MapRow(result.student, score, tuple(cells))


def _kind(verdict: CheckVerdict) -> str:
    if verdict.not_begun:
        return "not_begun"
    if verdict.status == "passed":
        return "right"
    return verdict.status if verdict.status in SIGNS else "unknown"
