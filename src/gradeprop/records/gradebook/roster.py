"""``roster.csv`` in the course folder: who is in the course, and what the learning platform calls
them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

from gradeprop.errors import UsageError
from gradeprop.records.files.table import read_table, write_table
from gradeprop.records.gradebook.given import Person

__all__ = ["COLUMNS", "FILE", "is_id", "read_roster", "write_roster"]

FILE: Final = "roster.csv"
COLUMNS: Final = ("id", *(field.name for field in fields(Person)))
"""Its header; ``lms_id`` is what the platform itself goes by, such as Canvas' number."""

_MOST: Final = 255
"""Bytes that file systems give a name: an id is the name of a folder."""


def read_roster(root: Path) -> dict[str, Person] | None:
    """By id, everybody in the roster, in its order; None where there is none.

    Raises:
        UsageError: it has no column ``id``, an id cannot be a folder's name, or one is there twice.
        StorageError: it cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return None
    table = read_table(path)
    if "id" not in table.header:
        raise UsageError(
            "the first line must name the columns, and there is no column id",
            where=f"{path}:1",
            remedy=f"the whole header is {','.join(COLUMNS)}; id alone is enough",
        )
    found: dict[str, Person] = {}
    for row in table.rows:
        where = f"{path}:{row.line}"
        if not is_id(row["id"]):
            raise UsageError(
                f"{row['id']!r} cannot be a student's id",
                where=where,
                remedy="an id is the name of a folder: no slash, no dot at its beginning",
            )
        if row["id"] in found:
            raise UsageError(
                f"the id {row['id']!r} is there twice", where=where, remedy="keep one of them"
            )
        found[row["id"]] = Person(**{name: row[name] for name in COLUMNS[1:]})
    return found


def write_roster(root: Path, people: Mapping[str, Person]) -> Path:
    """Write the roster; return its path. Columns of the instructor's own stay.

    Raises:
        UsageError: the file that is there cannot be read.
        StorageError: it cannot be written.
    """
    path = root / FILE
    write_table(path, COLUMNS, _rows(people.items()), keys=1)
    return path


def is_id(name: str) -> bool:
    """Whether a student can be called so: it has to be the name of a folder that is not hidden."""
    if not name or name.startswith(".") or any(char in name for char in "/\\\0"):
        return False
    return (
        name == name.strip()
        and name.isprintable()
        and len(name.encode("utf-8", "surrogateescape")) <= _MOST
    )


def _rows(people: Iterable[tuple[str, Person]]) -> Iterable[tuple[str, ...]]:
    for name, person in people:
        yield (name, person.first_name, person.last_name, person.email, person.lms_id)
