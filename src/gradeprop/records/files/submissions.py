"""Find what was handed in, in nbgrader's layout:
``submitted/<student>/<assignment>/<assignment>.ipynb``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradeprop.errors import UsageError

MAX_NOTEBOOK_BYTES = 256 * 2**20
"""A larger file is not read at all: no honest notebook needs it, and it would fill the memory."""

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
"""nbgrader's exchange puts both beside every submission: they are not what a student handed in."""


@dataclass(frozen=True)
class Handed:
    """One student's hand-in. ``problem`` is what to tell the student when it cannot be read."""

    student: str
    path: Path
    problem: str | None = None

    def read(self) -> tuple[bytes, str | None]:
        """The notebook's bytes and None, or nothing and the problem."""
        if self.problem is not None:
            return b"", self.problem
        try:
            if self.path.stat().st_size > MAX_NOTEBOOK_BYTES:
                size = self.path.stat().st_size // 2**20
                return b"", (
                    f"The notebook is {size} MB large, which is more than can be graded. Clear its "
                    "outputs (Kernel > Restart and Clear Outputs), save it and hand it in again."
                )
            return self.path.read_bytes(), None
        except OSError as error:
            return (
                b"",
                f"The notebook could not be read ({error.strerror}). Please hand it in again.",
            )


def find_submissions(folder: Path, assignment: str, students: Sequence[str] = ()) -> list[Handed]:
    """The hand-ins of an assignment, in order of the students' ids.

    Args:
        folder: the ``submitted`` folder.
        students: only these; all if empty.

    Raises:
        UsageError: no such folder, nothing was handed in, or a named student handed in nothing.
    """
    if not folder.is_dir():
        raise UsageError(
            "there is no such folder of submissions",
            where=str(folder),
            remedy="name it with --submitted DIR",
        )
    found = [
        _handed(student, assignment)
        for student in sorted(folder.iterdir())
        if student.is_dir() and (student / assignment).is_dir()
    ]
    if students:
        known = {item.student for item in found}
        if absent := [name for name in students if name not in known]:
            names = ", ".join(absent)
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


def _handed(student: Path, assignment: str) -> Handed:
    folder = student / assignment
    path = folder / f"{assignment}.ipynb"
    if _inside(path, student) and path.is_file():
        return Handed(student.name, path)
    if path.is_symlink():
        problem = (
            f"{path.name} is a link to somewhere else, not a notebook. Please hand in the file "
            f"itself."
        )
        return Handed(student.name, path, problem)
    others = sorted(
        item.name
        for item in folder.iterdir()
        if item.is_file() and not item.name.startswith(".") and item.name not in (TIMESTAMP, SECRET)
    )
    found = f" There is {', '.join(others[:3])} instead." if others else ""
    return Handed(
        student.name,
        path,
        f"The notebook {path.name} is missing.{found} Please hand it in under exactly this name.",
    )


def _inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in the student's own folder: a link could point to another's work."""
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except (OSError, RuntimeError):
        return False
