"""Lists of students as Canvas, Moodle, Gradescope and Brightspace export them, told by their
header.

============ ================================================ =====================================
from         is the id                                        is the platform's own
============ ================================================ =====================================
our own      id                                               lms_id (nbgrader: lms_user_id)
Canvas       SIS Login ID, SIS User ID, ID                    ID
Moodle       Username, ID number, Email address before the @  ID number
Gradescope   SID, Email before the @                          SID
Brightspace  Username, OrgDefinedId                           OrgDefinedId
============ ================================================ =====================================

Of several ids the one that most of the roster's ids are in is taken, else the first that has
something in it for everybody, unless told otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gradeprop.errors import UsageError
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.table import Row, Table, read_table
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import is_id

__all__ = ["Exported", "read_exported"]


@dataclass(frozen=True)
class Exported:
    """A list of students.

    Attributes:
        source: who wrote it: ``Canvas``, ``Moodle``, …
        id_column: what is taken for the id.
        people: by id.
        left_out: sentences about rows that are no student's.
    """

    source: str
    id_column: str
    people: Mapping[str, Person]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """How one program writes its list; names of columns in small letters.

    Attributes:
        known_by: columns of which it must have all.
        ids: columns whose content can be the id, the best first.
    """

    name: str
    known_by: tuple[str, ...]
    ids: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    email: tuple[str, ...]
    lms: tuple[str, ...]
    whole: tuple[str, ...] = ()
    """Columns with the whole name, where first and last name are not apart."""


_SOURCES: Final = (
    _Source(
        "gradeprop or nbgrader",
        ("id", "first_name", "last_name"),
        ("id",),
        ("first_name",),
        ("last_name",),
        ("email",),
        ("lms_id", "lms_user_id"),
    ),
    _Source(
        "Canvas",
        ("student", "id", "section"),
        ("sis login id", "sis user id", "id"),
        (),
        (),
        ("email",),
        ("id",),
        ("student",),
    ),
    _Source(
        "Brightspace",
        ("orgdefinedid",),
        ("username", "orgdefinedid"),
        ("first name",),
        ("last name",),
        ("email",),
        ("orgdefinedid",),
    ),
    _Source(
        "Gradescope",
        ("sid", "email"),
        ("sid", "email"),
        ("first name",),
        ("last name",),
        ("email",),
        ("sid",),
        ("name", "full name"),
    ),
    _Source(
        "Moodle",
        ("email address",),
        ("username", "id number", "email address"),
        ("first name",),
        ("last name", "surname"),
        ("email address",),
        ("id number",),
        ("full name",),
    ),
)


def read_exported(
    path: Path, id_column: str | None = None, *, known: Collection[str] = ()
) -> Exported:
    """Read a list of students.

    Args:
        id_column: the column that holds the ids, as its header calls it; None: see above.
        known: the ids of the roster that is there.

    Raises:
        UsageError: no list that is known, a column is lacking, two students have one id, or nobody
            is in it.
        StorageError: the file cannot be read.
    """
    table = read_table(path)
    lowered = Table(
        tuple(name.lower() for name in table.header),
        tuple(
            Row(row.line, {name.lower(): cell for name, cell in row.cells.items()})
            for row in table.rows
        ),
    )
    source = _source(path, lowered.header)
    rows, left_out = _students(source, lowered.rows)
    present = [name for name in source.ids if name in lowered.header]
    if id_column is None and present and (best := _best_known(present, rows, known)):
        id_column = best
    column = _id_column(path, source, lowered.header, rows, id_column)
    people: dict[str, Person] = {}
    for row in rows:
        name = _id_in(row, column)
        if not is_id(name):
            left_out.append(
                f"line {row.line}: {shown_id(name)} cannot be an id"
                if name
                else f"line {row.line}: nothing in the column {column}"
            )
        elif name in people:
            raise UsageError(
                f"two students have the id {shown_id(name)!r}",
                where=f"{path}:{row.line}",
                remedy="take another column for the ids: --id COLUMN",
            )
        else:
            people[name] = _person(source, row)
    if not people:
        raise UsageError("there is no student in it", where=str(path), remedy="export it again")
    return Exported(source.name, column, people, tuple(left_out))


def _source(path: Path, header: Sequence[str]) -> _Source:
    for source in _SOURCES:
        if {*source.known_by} <= {*header}:
            return source
    shown = ", ".join(map(shown_id, header[:8])) or "nothing"
    raise UsageError(
        f"no list of students that is known: its columns are {shown}",
        where=str(path),
        remedy=(
            "take Canvas' gradebook, Moodle's participants or grades, Gradescope's roster or "
            "Brightspace's classlist as CSV, or write a header id,first_name,last_name,email,lms_id"
        ),
    )


def _students(source: _Source, rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows that are students', and a sentence about each other one."""
    kept, left_out = [], []
    for row in rows:
        role = row["role"] or row["roles"]
        name = _first(row, source.whole)
        if source.name == "Canvas" and name == "Student, Test":
            left_out.append(f"line {row.line}: {name} is Canvas' test student")
        elif source.name == "Canvas" and not row["id"].isdecimal():
            if name and not name.startswith("Points Possible"):
                left_out.append(f"line {row.line}: {shown_id(name)} has no number in the column ID")
        elif role and "student" not in role.lower():
            left_out.append(f"line {row.line}: the role is {shown_id(role)}")
        else:
            kept.append(row)
    return kept, left_out


def _id_column(
    path: Path, source: _Source, header: Sequence[str], rows: Sequence[Row], asked: str | None
) -> str:
    if asked is not None:
        if asked.strip().lower() not in header:
            raise UsageError(
                f"there is no column {asked!r}",
                where=f"{path}:1",
                remedy=f"there are: {', '.join(map(shown_id, header[:12]))}",
            )
        return asked.strip().lower()
    present = [column for column in source.ids if column in header]
    if not present:
        raise UsageError(
            f"none of its columns can be an id; {source.name}'s would be {' or '.join(source.ids)}",
            where=f"{path}:1",
            remedy="name the column that is: --id COLUMN",
        )
    full = (column for column in present if all(_id_in(row, column) for row in rows))
    return next(full, present[0])


def _best_known(columns: Sequence[str], rows: Sequence[Row], known: Collection[str]) -> str | None:
    """The column with most of the ids that are known; None if there are none in any."""
    counts = {name: sum(_id_in(row, name) in known for row in rows) for name in columns}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def _id_in(row: Row, column: str) -> str:
    text = row[column].removeprefix("#")  # Brightspace's, so that spreadsheets keep leading zeros
    return text.partition("@")[0] if column in ("email", "email address") else text


def _person(source: _Source, row: Row) -> Person:
    first, last = _first(row, source.first), _first(row, source.last)
    if not (first or last):
        whole = _first(row, source.whole)
        last, comma, first = (part.strip() for part in whole.partition(","))
        if not comma:
            first, _, last = whole.rpartition(" ")
    return Person(first, last, _first(row, source.email), _first(row, source.lms).removeprefix("#"))


def _first(row: Row, columns: Sequence[str]) -> str:
    return next((row[column] for column in columns if row[column]), "")
