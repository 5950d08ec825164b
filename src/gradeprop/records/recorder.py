"""Keep each result as soon as it is final, and tell the gradebook of many at a time.

Order of writing, for each result: its notebook in autograded/, a note that the gradebook has yet to
be told, and last its result file, by which it counts as graded. For a group: the notebooks onto the
disk, the gradebook in one transaction, and then the notes away. Whoever is interrupted finds a
submission without its result, which is graded again, or one whose note and files agree, which the
next run tells the gradebook of; and one that the machine took down with it (files of other content
than recorded, or no note) is graded again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.results import result_data
from gradeprop.records.gradebook.entry import Entry
from gradeprop.records.gradebook.lateness import Times
from gradeprop.records.gradebook.unrecorded import Unrecorded
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.gradebook.writing import sync_notebooks, write_submission

GROUP = 64
"""Results that the gradebook is told of at once: more would save little."""

GROUP_S = 2.0
"""How long a result waits for others, in seconds, so that formgrader shows a class as it is
graded."""


class Recorder:
    """Records the results of one assignment in files and in the gradebook.

    Raises:
        StorageError: the gradebook cannot be told what an interrupted run has left.
    """

    def __init__(self, root: Path, assignment: str, gradebook: GradebookWriter) -> None:
        self._root, self._gradebook = root, gradebook
        self._unrecorded = Unrecorded(root, assignment)
        self._waiting = self._unrecorded.entries()
        self._since = time.monotonic()
        self.flush()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the instructor."""
        return self._gradebook.notes

    def times(self) -> Times:
        """When the assignment was due for whom."""
        return self._gradebook.times()

    def twins(self, students: Iterable[str]) -> list[tuple[str, ...]]:
        """Groups of students whom the gradebook takes for one."""
        return self._gradebook.twins(students)

    def recorded(self, students: Iterable[str]) -> set[str]:
        """Of these students, those whose submission is in the gradebook, as its files are."""
        return self._gradebook.recorded(students)

    def keep(self, result: SubmissionResult, submitted: Path) -> None:
        """Write one result's files, and sooner or later tell the gradebook.

        Args:
            result: with its executed cells.
            submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.

        Raises:
            StorageError: a file or the gradebook cannot be written; all earlier results are kept.
        """
        entry, notebook = self._gradebook.prepared(result, submitted)
        self.take(entry, notebook, result_data(result), submitted)

    def take(self, entry: Entry, notebook: bytes, data: bytes, submitted: Path) -> None:
        """As `keep`, for what has been prepared.

        Args:
            notebook: for autograded/.
            data: for the result file.
        """
        noted = partial(self._unrecorded.add, entry, data)
        write_submission(self._root, entry, notebook, data, submitted, noted)
        self._await(entry)

    def tell(self, entry: Entry, data: bytes) -> None:
        """As `take`, for what is in its files already.

        Args:
            data: what the result file holds.
        """
        self._unrecorded.add(entry, data)
        self._await(entry)

    def flush(self) -> None:
        """Tell the gradebook what it has not been told.

        Raises:
            StorageError: it cannot be written. The next run will tell it; this one does not try
                again."""
        entries, self._waiting = self._waiting, []
        if entries:
            sync_notebooks(self._root, entries)
            self._gradebook.save(entries)
            self._unrecorded.clear()

    def _await(self, entry: Entry) -> None:
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(entry)
        if len(self._waiting) >= GROUP or time.monotonic() - self._since >= GROUP_S:
            self.flush()
