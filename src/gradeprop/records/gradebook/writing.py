"""A submission's files, in the order in which an interruption does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from gradeprop.records.files.atomic import sync, write_atomically
from gradeprop.records.files.executed import executed_notebook
from gradeprop.records.files.receipt import carry_receipt
from gradeprop.records.files.results import result_path
from gradeprop.records.files.submissions import SECRET, TIMESTAMP
from gradeprop.records.gradebook.entry import Entry

__all__ = ["sync_notebooks", "write_submission"]


def write_submission(
    root: Path,
    entry: Entry,
    notebook: bytes,
    data: bytes,
    submitted: Path,
    note: Callable[[], None],
) -> None:
    """Write a submission's notebook with what nbgrader's exchange left beside it, a note of what
    belongs together, and last the result, by which it counts as graded.

    Args:
        root: the course folder.
        notebook: for autograded/; it is not on the disk before `sync_notebooks`.
        data: for the result file.
        submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.
        note: called to write the note.

    Raises:
        StorageError: a file cannot be written.
    """
    result = entry.result
    path = executed_notebook(root, result.student, result.assignment)
    write_atomically(path, notebook, synced=False)
    carry_receipt(path.parent, submitted, synced=False)
    note()
    write_atomically(result_path(root, result.assignment, result.student), data)


def sync_notebooks(root: Path, entries: Iterable[Entry]) -> None:
    """Get the notebooks of these, with what is beside them, onto the disk.

    Raises:
        StorageError: the disk fails.
    """
    results = [entry.result for entry in entries]
    beside = [executed_notebook(root, item.student, item.assignment) for item in results]
    sync(path.with_name(name) for path in beside for name in (path.name, SECRET, TIMESTAMP))
