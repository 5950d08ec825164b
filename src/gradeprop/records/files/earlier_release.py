"""What the release that was written last has: its list of cells stays once work is handed in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from gradeprop.errors import UsageError
from gradeprop.notebook.progress_cell import PROGRESS_CALL, progress_id
from gradeprop.records.files.submissions import has_handed_in, student_folders

__all__ = ["anybody_handed_in", "note_on", "released_with_progress"]


def released_with_progress(root: Path, assignment: str) -> bool | None:
    """Whether the release on disk has the cell that shows a student's progress; None if there is no
    release that can be read.

    Args:
        root: the course folder.
    """
    path = root / "release" / assignment / f"{assignment}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        ids = {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return progress_id(assignment) in ids


def anybody_handed_in(submitted: Path, assignment: str) -> bool:
    """Whether there is a hand-in of the assignment in the folder, which need not exist."""
    try:
        students = student_folders(submitted)
    except UsageError:
        return False
    return any(has_handed_in(submitted, student, assignment) for student in students)


def note_on(assignments: Iterable[str]) -> list[str]:
    """What to tell of assignments whose release goes without that cell."""
    names = ", ".join(assignments)
    if not names:
        return []
    return [
        f"Without a cell {PROGRESS_CALL}, since work has been handed in from a release without one "
        f"and nbgrader wants its list of cells to stay: {names}."
    ]
