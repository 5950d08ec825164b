"""A class in a few lines: how many are where, how each exercise went, and what went wrong most."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import is_begun, is_unexplained
from gradeprop.grading.result.status_words import STOPPED
from gradeprop.grading.result.verdict import PartResult, SubmissionResult, SubmissionStatus
from gradeprop.records.files.names import shown_id
from gradeprop.wording import number

__all__ = ["ClassSummary"]

_MOST: Final = 8
"""Causes that are listed."""
_NAMED: Final = 10
_UNKNOWN: Final = "no known cause"


class ClassSummary:
    """Taken up result by result; of each it keeps a number for each exercise."""

    def __init__(self, assignment: LoadedAssignment) -> None:
        self._assignment = assignment
        self._statuses: Counter[SubmissionStatus] = Counter()
        self._scores = {item.slug: array("d") for item in assignment.exercises}
        self._found: Counter[tuple[str, str]] = Counter()
        self._unexplained = 0

    def add(self, result: SubmissionResult) -> None:
        """One student's."""
        self._statuses[result.status] += 1
        if result.status == "ungradable":
            return
        for exercise in result.exercises:
            if exercise.score is not None and exercise.exercise in self._scores:
                self._scores[exercise.exercise].append(exercise.score)
        self._found.update(set(_went_wrong(result)))
        self._unexplained += sum(is_unexplained(part) for _, part in result.parts())

    def lines(self, missing: Sequence[str], beginning: str = "{} handed in") -> Iterator[str]:
        """All of it.

        Args:
            missing: ids of those who have handed in nothing.
            beginning: what is said of the number of results.
        """
        counts = self._statuses
        handed = beginning.format(counts.total())
        if missing:
            names = ", ".join(map(shown_id, missing[:_NAMED]))
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            handed += f", {len(missing)} not: {names}{more}"
        yield handed
        yield (
            f"{counts['graded']} graded, {counts['needs_manual']} to mark, "
            f"{counts['ungradable']} unreadable, {counts['error']} with a grader fault"
        )
        yield from self._exercises()
        yield from self._causes()

    def _exercises(self) -> Iterator[str]:
        rows = []
        for place, exercise in enumerate(self._assignment.exercises, start=1):
            scores = self._scores[exercise.slug]
            most = number(sum(part.points for part in exercise.spec.parts))
            mean = median = "–"
            if scores:
                mean = number(round(statistics.fmean(scores), 2))
                median = number(round(statistics.median(scores), 2))
            rows.append((f"{place} {exercise.slug}", mean, median, most))
        width = max(len(row[0]) for row in rows)
        yield ""
        yield f"{'exercise':{width}}  {'mean':>6}  {'median':>6}  {'of':>4}"
        for name, mean, median, most in rows:
            yield f"{name:{width}}  {mean:>6}  {median:>6}  {most:>4}"

    def _causes(self) -> Iterator[str]:
        if not self._found:
            return
        yield ""
        yield "What went wrong most:"
        most = sorted(self._found.items(), key=lambda item: (-item[1], item[0]))
        for (exercise, cause), count in most[:_MOST]:
            yield f"  {count:3d} × {cause}  ({exercise})"
        if len(most) > _MOST:
            yield f"  and {len(most) - _MOST} more: gradeprop report {self._assignment.id}"
        if self._unexplained > 1:
            yield (
                f"{self._unexplained} times no cause is known: gradeprop discover "
                f"{self._assignment.id} puts those together that do the same"
            )


def _went_wrong(result: SubmissionResult) -> Iterator[tuple[str, str]]:
    """By exercise, the causes that have a name; else what stopped it, the exceptions that came, or
    that nothing is known."""
    for key, part in result.parts():
        for what in _in(part):
            yield key.exercise, what


def _in(part: PartResult) -> Iterator[str]:
    if not is_begun(part):
        yield "not begun"  # the faults of code that was given are not the student's
        return
    causes = [check.misconception for check in part.checks if check.misconception]
    if causes:
        yield from (cause.replace("_", " ") for cause in causes)
    elif part.status in STOPPED:
        yield STOPPED[part.status]
    elif failed := [check for check in part.checks if check.status == "failed"]:
        raised = [check.raised for check in failed if check.raised]
        yield from raised or [_UNKNOWN]
