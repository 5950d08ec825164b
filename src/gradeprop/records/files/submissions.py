"""Find what was handed in, in nbgrader's layout:
``submitted/<student>/<assignment>/<assignment>.ipynb``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gradeprop.errors import StorageError, UsageError
from gradeprop.records.files.door import OWN, Absent, Refused, file_names, read_handed
from gradeprop.records.files.names import shown_id

MAX_NOTEBOOK_BYTES = 256 * 2**20
"""A larger file is not read at all: no honest notebook needs it, and it would fill the memory."""

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
"""nbgrader's exchange puts both beside every submission: they are not what a student handed in."""

_CLEAR = "Clear its outputs (Kernel > Restart and Clear Outputs), save it and hand it in again."
_NAMED = 3


@dataclass(frozen=True)
class Handed:
    """One student's hand-in.

    Attributes:
        path: the notebook, which may be missing or anything else.
        problem: what to tell the student where it is known already that there is none to read.
        own: how many of the path's last names are the student's (see `read_handed`).
        group: the group whose hand-in it is, if students hand in together.
    """

    student: str
    path: Path
    problem: str | None = None
    own: int = OWN
    group: str | None = None

    def read(self) -> tuple[bytes, str | None]:
        """The notebook's bytes and None, or nothing and the problem."""
        if self.problem is not None:
            return b"", self.problem
        try:
            return read_handed(self.path, MAX_NOTEBOOK_BYTES, own=self.own), None
        except Absent:
            return b"", self._missing()
        except Refused as refused:
            return b"", self._refused(str(refused))

    def _missing(self) -> str:
        found = ""
        with suppress(Refused):
            others = [
                shown_id(name)
                for name in file_names(self.path.parent, own=self.own - 1)
                if not name.startswith(".") and name not in (TIMESTAMP, SECRET)
            ]
            found = f" There is {', '.join(others[:_NAMED])} instead." if others else ""
        return (
            f"The notebook {self.path.name} is missing.{found} Please hand it in under exactly "
            "this name."
        )

    def _refused(self, why: str) -> str:
        said = f"The notebook {self.path.name} {why}"
        if why.endswith("large"):
            return f"{said}, which is more than can be graded. {_CLEAR}"
        return f"{said}. Please hand in the notebook itself, as a file of this name."


def find_submissions(folder: Path, assignment: str, students: Sequence[str] = ()) -> list[Handed]:
    """The hand-ins of an assignment, in order of the students' ids. None of them is opened.

    Args:
        folder: the ``submitted`` folder.
        students: only these; all if empty.

    Raises:
        UsageError: no such folder, nothing was handed in, or a named student handed in nothing.
        StorageError: the folder cannot be read.
    """
    found = [
        Handed(student, folder / student / assignment / f"{assignment}.ipynb")
        for student in student_folders(folder)
        if has_handed_in(folder, student, assignment)
    ]
    return chosen(found, folder, assignment, students)


def chosen(
    found: list[Handed], folder: Path, assignment: str, students: Sequence[str]
) -> list[Handed]:
    """Of these hand-ins, those of the students named; all if none is.

    Raises:
        UsageError: there are none, or none of somebody who is named.
    """
    if students:
        known = {item.student for item in found}
        if absent := [name for name in students if name not in known]:
            names = ", ".join(map(shown_id, absent))
            raise UsageError(
                f"no submission of {assignment} by: {names}",
                where=str(folder),
                remedy="check the spelling of the id",
            )
        found = [item for item in found if item.student in students]
    if not found:
        raise UsageError(
            f"nobody has handed in {assignment}",
            where=str(folder),
            remedy=f"expected {folder.name}/<student>/{assignment}/{assignment}.ipynb",
        )
    return found


def student_folders(folder: Path) -> list[str]:
    """The names of all folders of students, and of links to folders, sorted.

    Raises:
        UsageError, StorageError: as of `find_submissions`.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if _may_be_student(entry))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            "there is no such folder of submissions",
            where=str(folder),
            remedy="name it with --submitted DIR",
        ) from None
    except OSError as error:
        raise StorageError(
            f"this folder cannot be read: {error.strerror or error}",
            where=str(folder),
            remedy="make it readable, then run the command again",
        ) from error


def _may_be_student(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself or where we may not look
        return entry.is_symlink()


def has_handed_in(folder: Path, student: str, assignment: str) -> bool:
    """Whether there is anything of a student's for an assignment; if that cannot be seen, it is not
    overlooked.

    Args:
        folder: the ``submitted`` folder.
    """
    try:
        (folder / student / assignment).lstat()
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)
    return True
