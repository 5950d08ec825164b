"""Where results go as they become final."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.records.gradebook.lateness import Times

__all__ = ["Keeper", "Keeping", "import_ahead", "in_gradebook"]


class Keeper(Protocol):
    """Keeps the results of one assignment: `Recorder`, or what a shard has instead."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the instructor."""
        ...

    def times(self) -> Times:
        """When the assignment was due for whom.

        Raises:
            UsageError: extensions.csv cannot be read.
        """
        ...

    def twins(self, students: Iterable[str]) -> list[tuple[str, ...]]:
        """Groups of students, among these and those that are known, whose marks would overwrite
        each other."""
        ...

    def recorded(self, students: Iterable[str]) -> Collection[str]:
        """Of these students, those whose result is kept with all that belongs to it."""
        ...

    def keep(self, result: SubmissionResult, submitted: Path) -> None:
        """Keep one result, which has its executed cells.

        Args:
            submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.

        Raises:
            StorageError: something cannot be written; all earlier results are kept.
        """
        ...

    def flush(self) -> None:
        """Do at once what waits for more results.

        Raises:
            StorageError: as `keep`.
        """
        ...


Keeping: TypeAlias = AbstractContextManager[Keeper | None]
"""A keeper while it is open; None where result files are all that is kept."""


def import_ahead() -> bool:
    """Import what the gradebook needs, which takes a second, as long as there is nothing else to
    do; whether nbgrader is installed."""
    if importlib.util.find_spec("nbgrader") is None:
        return False
    importlib.import_module("gradeprop.records.gradebook.writer")
    return True


@contextmanager
def in_gradebook(plan: Plan, *, forget_removed: bool = False) -> Iterator[Keeper | None]:
    """Result files and nbgrader's gradebook, where nbgrader is installed.

    Args:
        forget_removed: as of `GradebookWriter`.

    Raises:
        UsageError, MissingFacility, StorageError: as `GradebookWriter`.
    """
    if not import_ahead():
        yield None
        return
    from gradeprop.records.gradebook.writer import GradebookWriter
    from gradeprop.records.recorder import Recorder

    url = plan.course.spec.gradebook
    with GradebookWriter(
        plan.course, plan.release, url, forget_removed=forget_removed
    ) as gradebook:
        yield Recorder(Path(plan.course.root), plan.assignment, gradebook)
