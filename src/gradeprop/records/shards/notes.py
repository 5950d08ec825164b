"""``results/<assignment>/.shards/<number>-of-<count>.jsonl``: what a shard has graded.

A note tells which notebook in autograded/ belongs to a result and what the gradebook is to be told
of it. Each shard has a file of its own, so that none has two writers, and the notes lie with the
results, so that they travel with them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from gradeprop.errors import StorageError
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.door import Refused
from gradeprop.records.files.executed import executed_bytes, executed_notebook
from gradeprop.records.files.results import result_data, result_from, result_path
from gradeprop.records.gradebook.entry import digest
from gradeprop.records.gradebook.lateness import Lateness, with_lateness
from gradeprop.records.shards.shard import Shard

__all__ = ["Note", "NoteFile", "Notes", "release_digest", "result_digest"]

_NAME: Final = re.compile(r"(\d+)-of-(\d+)\.jsonl")


@dataclass(frozen=True)
class Note:
    """One result of a shard.

    Attributes:
        result: the `result_digest` of the result file.
        notebook: the digest of the notebook in autograded/.
        answers: see `gradeprop.records.gradebook.entry.Entry`.
        release: the `release_digest` that it was graded against.
        code: the `code_digest` of the gradeprop that graded it.
    """

    student: str
    result: str
    notebook: str
    answers: Mapping[str, str]
    release: str
    code: str = ""

    def is_whole(self, root: Path, assignment: str) -> bool:
        """Whether the files are those of the note; they are not if the shard was stopped between
        them, or graded the submission again."""
        try:
            data = result_path(root, assignment, self.student).read_bytes()
        except OSError:
            return False
        return self.is_of(data, root, assignment)

    def is_of(self, data: bytes, root: Path, assignment: str) -> bool:
        """Whether a result file with this content is the one of the note, and the notebook in
        autograded/, too."""
        try:
            notebook = executed_bytes(executed_notebook(root, self.student, assignment))
            return (result_digest(data), digest(notebook)) == (self.result, self.notebook)
        except (ValueError, Refused):
            return False


def result_digest(data: bytes) -> str:
    """The digest of a result file, but for how late it says that the hand-in was: merging says that
    anew, and the result is still the shard's.

    Raises:
        ValueError: it holds no result.
    """
    return digest(result_data(with_lateness(result_from(data), Lateness())))


def release_digest(release: ReleaseModel) -> str:
    """What a gradebook knows of a release: its cells and their points. Two that were made of one
    course differ if one of them was released by an earlier version."""
    cells = [(cell.grade_id, cell.role, cell.cell_type, cell.points) for cell in release.cells]
    return digest(json.dumps(cells).encode())


def _folder(root: Path, assignment: str) -> Path:
    return root / "results" / assignment / ".shards"


class NoteFile:
    """A shard's own file.

    Raises:
        StorageError: it cannot be used.
    """

    def __init__(self, root: Path, assignment: str, shard: Shard) -> None:
        self._root, self._assignment = root, assignment
        self._path = _folder(root, assignment) / f"{shard.number}-of-{shard.count}.jsonl"
        last = {note.student: line for line, note in self._lines()}
        # Without what was written twice or cut off.
        write_atomically(self._path, b"".join(line + b"\n" for line in last.values()))

    def add(self, note: Note) -> None:
        """Note a result, which may be written later.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            with self._path.open("ab") as file:
                file.write(json.dumps(asdict(note)).encode() + b"\n")
        except OSError as error:
            raise self._failed(error) from error

    def whole(self, release: str, code: str) -> set[str]:
        """The students who were graded against this release by this code, and of whom all files are
        as they were noted."""
        return {
            note.student
            for _, note in self._lines()
            if (note.release, note.code) == (release, code)
            and note.is_whole(self._root, self._assignment)
        }

    def _lines(self) -> Iterator[tuple[bytes, Note]]:
        try:
            with self._path.open("rb") as file:
                for line in file:
                    if note := _read(line):
                        yield line.rstrip(b"\n"), note
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(
            f"this file cannot be used: {error.strerror or error}",
            where=str(self._path),
            remedy="make the folder writable and see that the disk has room, then run the command "
            "again",
        )


class Notes:
    """The notes of all shards in a course folder. In memory is only where each one stands.

    Attributes:
        counts: into how many parts the class was divided; several if shards do not fit together.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self._root, self._assignment = root, assignment
        self._files: list[Path] = []
        self._places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self.counts: set[int] = set()
        for path in sorted(_folder(root, assignment).glob("*.jsonl")):
            if named := _NAME.fullmatch(path.name):
                self.counts.add(int(named[2]))
                self._index(path)

    @property
    def students(self) -> set[str]:
        """Those of whom there is a note."""
        return set(self._places)

    def has(self, student: str) -> bool:
        """Whether there is a note of this student, whatever has become of the files."""
        return student in self._places

    def of(self, student: str, data: bytes) -> Note | None:
        """The note that the student's files agree with; None if there is none.

        Args:
            data: what has been read of the result file. A shard may write another one meanwhile.
        """
        for number, place in reversed(self._places.get(student, [])):
            with self._files[number].open("rb") as file:
                file.seek(place)
                note = _read(file.readline())
            if note is not None and note.is_of(data, self._root, self._assignment):
                return note
        return None

    def _index(self, path: Path) -> None:
        place = 0
        with path.open("rb") as file:
            for line in file:
                if note := _read(line):
                    self._places[note.student].append((len(self._files), place))
                place += len(line)
        self._files.append(path)


def _read(line: bytes) -> Note | None:
    """The note of a line; None where it was cut off as its writer was killed."""
    try:
        found: dict[str, Any] = json.loads(line)
        return Note(**found) if isinstance(found["student"], str) else None
    except (ValueError, TypeError, LookupError):
        return None
