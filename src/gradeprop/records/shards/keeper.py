"""What keeps the results of a shard: files alone. On a file system that many machines share, a
database with as many writers would not do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.own_code import code_digest
from gradeprop.records.files.results import result_data
from gradeprop.records.gradebook.entry import Entry
from gradeprop.records.gradebook.lateness import Times
from gradeprop.records.gradebook.preparing import Preparer
from gradeprop.records.gradebook.twins import twins
from gradeprop.records.gradebook.writing import sync_notebooks, write_submission
from gradeprop.records.handed_late import times_in_files
from gradeprop.records.shards.notes import Note, NoteFile, release_digest, result_digest
from gradeprop.records.shards.shard import Shard
from gradeprop.wording import counted

__all__ = ["ShardKeeper", "in_shard"]

_GROUP: Final = 64
"""Notebooks that are got onto the disk at once."""


@contextmanager
def in_shard(plan: Plan, shard: Shard) -> Iterator[ShardKeeper]:
    """What a shard has in place of `gradeprop.records.keeper.in_gradebook`.

    Raises:
        StorageError: its files cannot be used.
    """
    yield ShardKeeper(plan, shard)


class ShardKeeper:
    """A `Keeper` without a gradebook."""

    def __init__(self, plan: Plan, shard: Shard) -> None:
        self._plan, self._root = plan, Path(plan.course.root)
        self._preparer = Preparer(plan.release, plan.loaded)
        self._release = release_digest(plan.release)
        self._noted = NoteFile(self._root, plan.assignment, shard)
        self._waiting: list[Entry] = []

    notes: tuple[str, ...] = ()
    """After `recorded`, what there is to say of results that are not of this shard."""

    def times(self) -> Times:
        """When it was due for whom, by the course's files alone."""
        return times_in_files(self._root, self._plan.loaded)

    def twins(self, students: Iterable[str]) -> list[tuple[str, ...]]:
        """Groups of these students whom the gradebook would take for one."""
        from gradeprop.records.gradebook.schema import gradebook_url  # imports nbgrader

        url = gradebook_url(self._root, self._plan.course.spec.gradebook)
        return twins(dict.fromkeys(students), url.get_backend_name())

    def recorded(self, students: Iterable[str]) -> set[str]:
        """Of these students, those whose files are all there and could be merged."""
        asked = {*students}
        found = self._noted.whole(self._release, code_digest()).intersection(asked)
        if others := len(asked - found):
            self.notes = (
                f"To be graded again: {counted(others, 'result')} that this shard has not noted as "
                "its own with this release and gradeprop; `gradeprop merge` takes no others",
            )
        return found

    def keep(self, result: SubmissionResult, submitted: Path) -> None:
        """Write one result's files.

        Raises:
            StorageError: a file cannot be written; all earlier results are kept.
        """
        entry, notebook = self._preparer.prepared(result, submitted)
        data = result_data(result)
        note = Note(
            result.student,
            result_digest(data),
            entry.notebook,
            entry.answers,
            self._release,
            code_digest(),
        )
        write_submission(
            self._root, entry, notebook, data, submitted, lambda: self._noted.add(note)
        )
        self._waiting.append(entry)
        if len(self._waiting) >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Get what was written onto the disk.

        Raises:
            StorageError: the disk fails.
        """
        entries, self._waiting = self._waiting, []
        sync_notebooks(self._root, entries)
