"""Write a small course into an empty folder."""

from __future__ import annotations

from pathlib import Path

from gradeprop.course.schema import write_schemas
from gradeprop.errors import StorageError, UsageError
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.starting.templates import course_templates

SCHEMAS = "schemas"
_ALLOWED = {".git"}
"""What a folder for a new course may hold already."""


def start_course(folder: Path) -> list[str]:
    """Write a course that verifies: exercises, solutions, graders, schemas, what git and nbgrader
    need, and a page for instructors. Return the paths of its files, relative to ``folder``.

    Raises:
        UsageError: the folder holds something, or is none.
        StorageError: it cannot be written.
    """
    _must_be_empty(folder)
    written = course_templates()
    for name, text in written.items():
        write_new(folder, name, text)
    try:
        write_schemas(folder / SCHEMAS)
    except OSError as error:
        raise StorageError(
            f"the schemas cannot be written: {error.strerror}", where=str(folder / SCHEMAS)
        ) from error
    schemas = [f"{SCHEMAS}/{path.name}" for path in (folder / SCHEMAS).iterdir()]
    return sorted([*written, *schemas])


def write_new(root: Path, name: str, text: str) -> None:
    """Write a file below ``root``, and the folders that it stands in.

    Raises:
        StorageError: it cannot be written.
    """
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"this folder cannot be made: {error.strerror}", where=str(path.parent)
        ) from error
    write_atomically(path, text.encode())


def _must_be_empty(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("this is no folder", where=str(folder), remedy="name one that is new")
    found = sorted(path.name for path in folder.iterdir() if path.name not in _ALLOWED)
    if "course.yaml" in found:
        raise UsageError(
            "there is a course already",
            where=str(folder),
            remedy="`gradeprop new ASSIGNMENT/EXERCISE` adds an exercise to it",
        )
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise UsageError(
            f"this folder is not empty: it holds {found[0]}{more}",
            where=str(folder),
            remedy="name a new folder, and nothing of yours is overwritten",
        )
