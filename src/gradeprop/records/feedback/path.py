"""Where students' pages are; apart from what writes them, which needs torch."""

from __future__ import annotations

from pathlib import Path

from gradeprop.errors import UsageError


def feedback_path(root: Path, student: str, assignment: str) -> Path:
    """Where a student's page is.

    Raises:
        UsageError: the id is no name of a folder.
    """
    if student in ("", ".", "..") or "/" in student or "\0" in student:
        raise UsageError(f"{student!r} cannot be the name of a student's folder")
    return root / "feedback" / student / assignment / f"{assignment}.html"
