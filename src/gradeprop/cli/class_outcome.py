"""What is told of a class at the end of a command, taken up result by result and kept small."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gradeprop.cli import screen
from gradeprop.cli.class_summary import ClassSummary
from gradeprop.cli.class_table import ClassTable
from gradeprop.cli.fault_list import print_faults
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import GraderFault, StorageError
from gradeprop.grading.result.faults import Fault, faults_in, merged
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.results import result_path

_WIDTH: Final = 100
"""Columns that a paragraph has at most."""


class ClassOutcome:
    """Of results that are in their files."""

    def __init__(self, root: Path, assignment: LoadedAssignment) -> None:
        self._root, self._assignment = root, assignment
        self._table = ClassTable(assignment)
        self._summary = ClassSummary(assignment)
        self._students: list[str] = []
        self._faults: list[Fault] = []
        self._faulty = False

    def add(self, result: SubmissionResult) -> None:
        """One student's."""
        self._table.add(result)
        self._summary.add(result)
        self._students.append(result.student)
        self._faulty = self._faulty or result.status == "error"
        if new := faults_in([result]):
            self._faults = merged([*self._faults, *new])

    def print(
        self,
        *,
        everybody: bool = False,
        absent: Sequence[str] = (),
        beginning: str = "{} handed in",
    ) -> None:
        """Print the table and the summary.

        Args:
            everybody: list all students of a large class, too.
            absent: ids of those who have handed in nothing.
            beginning: of the summary, with a place for the number of results.
        """
        self._table.print(everybody=everybody)
        width = min(screen.out().width, _WIDTH)
        for line in self._summary.lines(absent, width, beginning):
            screen.out().print(screen.plain(line), soft_wrap=True)
        where = (self._root / "results" / self._assignment.id).relative_to(self._root)
        screen.err().print(f"Every check's message and detail: {where}/<student>.json")

    def print_json(
        self, results: Iterable[Mapping[str, Any]] | None = None, **lists: list[Any]
    ) -> None:
        """Print JSON of all results, of the faults, and of what else there is.

        Args:
            results: None for what is in their files.
        """
        told = self._results() if results is None else iter(results)
        faults = [item.to_json() for item in self._faults]
        screen.print_json_lists({"results": told, **lists, "faults": faults})

    def print_faults(self) -> None:
        """Say which checks failed by themselves, if any did."""
        print_faults(screen.err(), self._faults, "submission")

    @property
    def exit_code(self) -> int:
        """1 if a grader failed by itself, else 0."""
        return GraderFault.exit_code if self._faulty else 0

    def _results(self) -> Iterator[Mapping[str, Any]]:
        for student in sorted(self._students):
            path = result_path(self._root, self._assignment.id, student)
            try:
                yield json.loads(path.read_bytes())
            except (OSError, ValueError) as error:
                raise StorageError(
                    f"this result cannot be read any more: {error}",
                    where=str(path),
                    remedy="run the command again",
                ) from error
