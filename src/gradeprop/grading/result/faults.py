"""Which checks failed by themselves, told the same way wherever they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from gradeprop.grading.result.verdict import ExerciseResult, PartResult, SubmissionResult

__all__ = ["Fault", "faults_in", "first_line", "merged", "without_traces"]


@dataclass(frozen=True)
class Fault:
    """One place in a grader at which a check fails by itself.

    Attributes:
        what: file and line, and what happened there.
        submissions: how many it touches.
    """

    exercise: str
    check: str
    what: str
    submissions: int

    def __str__(self) -> str:
        return f"{self.exercise} {self.check}: {self.what}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def faults_in(results: Iterable[SubmissionResult]) -> list[Fault]:
    """Each once, in the order in which they are met."""
    return merged(
        Fault(*told, submissions=1)
        for result in results
        for told in dict.fromkeys(_told_in(result))  # on several devices it is one submission
    )


def merged(faults: Iterable[Fault]) -> list[Fault]:
    """Each place once, in the order in which they are met. What happened may be said otherwise for
    other inputs; the first is kept."""
    found: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        key = fault.exercise, fault.check, fault.what.partition(": ")[0]
        before = found.get(key)
        count = fault.submissions + (0 if before is None else before.submissions)
        found[key] = replace(before or fault, submissions=count)
    return list(found.values())


def without_traces(exercises: Iterable[ExerciseResult]) -> tuple[ExerciseResult, ...]:
    """The same with the first line alone of what faults say: below it stand addresses and numbers
    of processes, which are others in every run."""
    return tuple(
        replace(exercise, parts=tuple(map(_without_trace, exercise.parts)))
        for exercise in exercises
    )


def _without_trace(part: PartResult) -> PartResult:
    checks = tuple(
        replace(verdict, detail=first_line(verdict.detail))
        if verdict.status == "error"
        else verdict
        for verdict in part.checks
    )
    return replace(part, checks=checks)


def _told_in(result: SubmissionResult) -> Iterator[tuple[str, str, str]]:
    for key, part in result.parts():
        for verdict in part.checks:
            if verdict.status == "error":
                yield key.exercise, verdict.check, first_line(verdict.detail)


def first_line(detail: str | None) -> str:
    """The place and what happened, without the traceback."""
    return (detail or "").strip().partition("\n")[0]
