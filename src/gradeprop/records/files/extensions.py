"""``extensions.csv`` in the course folder: until when single students may hand in.

It holds moments, not days: a due date that moves later takes nothing from anybody. What is here
stands before the extensions of nbgrader's gradebook, which gets to know of it when it records a
submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from gradeprop.course.dates import as_text, moment_from
from gradeprop.errors import UsageError
from gradeprop.records.files.table import read_table, write_table

__all__ = ["FILE", "Extensions", "extensions_of", "read_extensions", "write_extensions"]

FILE: Final = "extensions.csv"
_COLUMNS: Final = ("student", "assignment", "until")

Extensions: TypeAlias = dict[tuple[str, str], datetime]
"""By student and assignment, until when; with a time zone."""


def read_extensions(root: Path) -> Extensions:
    """All of them; none where there is no file.

    Raises:
        UsageError: a column is lacking, a moment cannot be read, or a line is there twice.
        StorageError: the file cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return {}
    table = read_table(path)
    if not {*_COLUMNS} <= {*table.header}:
        raise UsageError(
            "the first line must name the columns",
            where=f"{path}:1",
            remedy=f"write {','.join(_COLUMNS)}, or use `gradeprop extend`",
        )
    found: Extensions = {}
    for row in table.rows:
        key = (row["student"], row["assignment"])
        where = f"{path}:{row.line}"
        if key in found:
            raise UsageError(
                f"{key[0]!r} has two extensions of {key[1]}", where=where, remedy="keep one of them"
            )
        try:
            found[key] = moment_from(row["until"])
        except ValueError as error:
            raise UsageError(
                f"{row['until']!r} is no date and time",
                where=where,
                remedy="write it as 2026-12-03T23:59+01:00",
            ) from error
    return found


def extensions_of(root: Path, assignment: str) -> dict[str, datetime]:
    """By student, those of one assignment.

    Raises:
        UsageError, StorageError: as of `read_extensions`.
    """
    found = read_extensions(root).items()
    return {student: until for (student, of), until in found if of == assignment}


def write_extensions(root: Path, extensions: Mapping[tuple[str, str], datetime]) -> None:
    """Write all of them; columns of the instructor's own stay.

    Raises:
        UsageError: the file that is there cannot be read.
        StorageError: the file cannot be written.
    """
    rows = (
        (student, assignment, as_text(until))
        for (student, assignment), until in sorted(extensions.items())
    )
    write_table(root / FILE, _COLUMNS, rows, keys=2)
