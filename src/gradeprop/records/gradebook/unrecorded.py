"""``.gradeprop/unrecorded/<assignment>.jsonl``: what is graded and kept, but not in the gradebook
yet.

The gradebook gets results in groups. A run that is killed leaves here what the gradebook was still
to be told; the next run makes up for it without grading again."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from gradeprop.errors import StorageError
from gradeprop.records.files.door import Refused
from gradeprop.records.files.executed import executed_bytes, executed_notebook
from gradeprop.records.files.key import FOLDER
from gradeprop.records.files.results import result_from, result_path
from gradeprop.records.gradebook.entry import Entry, digest


class Unrecorded:
    """The submissions of an assignment that the gradebook has yet to be told of.

    Notes are not synced to the disk: they outlive this process, which is what they are for. If the
    machine goes down with it and a note is lost, the submission is not known as recorded, and is
    graded again."""

    def __init__(self, root: Path, assignment: str) -> None:
        self._root, self._assignment = root, assignment
        self._path = root / FOLDER / "unrecorded" / f"{assignment}.jsonl"

    def add(self, entry: Entry, result: bytes) -> None:
        """Note a submission.

        Args:
            result: its result file, which may be written later.

        Raises:
            StorageError: the note cannot be written.
        """
        note = {
            "student": entry.result.student,
            "result": digest(result),
            "timestamp": entry.timestamp and entry.timestamp.isoformat(),
            "notebook": entry.notebook,
            "answers": entry.answers,
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        except OSError as error:
            raise self._failed(error) from error

    def entries(self) -> list[Entry]:
        """What was noted and still is so: both the result file and the notebook are those of the
        note."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failed(error) from error
        return [entry for line in lines if (entry := self._entry(line)) is not None]

    def clear(self) -> None:
        """The gradebook has it all.

        Raises:
            StorageError: the notes cannot be removed.
        """
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    def _entry(self, line: str) -> Entry | None:
        try:
            note: dict[str, Any] = json.loads(line)
            student, when = note["student"], note["timestamp"]
            result = result_path(self._root, self._assignment, student).read_bytes()
            place = executed_notebook(self._root, student, self._assignment)
            notebook = executed_bytes(place)
            if (digest(result), digest(notebook)) != (note["result"], note["notebook"]):
                return None
            timestamp = when and datetime.fromisoformat(when)
            return Entry(result_from(result), timestamp, note["notebook"], note["answers"])
        except (OSError, Refused, ValueError, LookupError, TypeError):
            # cut off when the run was killed, or removed
            return None

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(
            f"this file cannot be used: {error.strerror or error}",
            where=str(self._path),
            remedy=(
                "make the folder writable and see that the disk has room, then run the command "
                "again"
            ),
        )
