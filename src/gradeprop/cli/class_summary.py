"""A class in a few lines: how many are where, how each exercise went, and what went wrong most."""

from __future__ import annotations

import statistics
import textwrap
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from gradeprop.cli.class_causes import went_wrong
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import is_unexplained
from gradeprop.grading.result.verdict import SubmissionResult, SubmissionStatus
from gradeprop.records.files.names import shown_id
from gradeprop.wording import number

__all__ = ["ClassSummary"]

_MOST: Final = 8
"""Causes that are listed."""
_NAMED: Final = 10


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
            self._found.update((exercise.exercise, what) for what in went_wrong(exercise))
        self._unexplained += sum(is_unexplained(part) for _, part in result.parts())

    def lines(
        self, missing: Sequence[str], width: int, beginning: str = "{} handed in"
    ) -> Iterator[str]:
        """All of it.

        Args:
            missing: ids of those who have handed in nothing.
            width: columns, at which sentences are wrapped.
            beginning: what is said of the number of results.
        """
        counts = self._statuses
        handed = beginning.format(counts.total())
        if missing:
            names = ", ".join(map(shown_id, missing[:_NAMED]))
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            handed += f", {len(missing)} not: {names}{more}"
        yield from _wrapped(handed, width)
        yield from _wrapped(
            f"{counts['graded']} graded, {counts['needs_manual']} to mark, "
            f"{counts['ungradable']} unreadable, {counts['error']} with a grader fault",
            width,
        )
        yield from self._exercises()
        yield from self._causes(width)

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

    def _causes(self, width: int) -> Iterator[str]:
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
            yield from _wrapped(
                f"{self._unexplained} times no cause is known: gradeprop discover "
                f"{self._assignment.id} puts those together that do the same",
                width,
            )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
