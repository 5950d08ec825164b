"""``groups.csv`` in the course folder: who hands in together.

``group,students`` with the ids of each group separated by semicolons, or ``group,student`` with a
row for each student."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol, TypeAlias

from gradeprop.errors import UsageError
from gradeprop.records.files.table import read_table

__all__ = ["FILE", "Groups", "read_groups"]

FILE: Final = "groups.csv"

_ALL_IN_ONE: Final = 'write all ids of a group into one cell: team 1,"ada;bob"'

Groups: TypeAlias = dict[str, tuple[str, ...]]
"""By the group's name, its students."""


class Everybody(Protocol):
    """Whom a course knows; `gradeprop.records.enrolment.Everybody`."""

    def knows(self, student: str) -> bool:
        """Whether somebody has this id."""
        ...

    def demand(self, student: str, where: str | None = None) -> None:
        """Refuse an id that is nobody's.

        Raises:
            UsageError: it is nobody's.
        """
        ...


def read_groups(root: Path, everybody: Everybody | None = None) -> Groups:
    """All groups; none where there is no file.

    Args:
        everybody: refuses an id that is nobody's, since a slip in one would make a student of
            nobody.

    Raises:
        UsageError: a column is lacking, a group has no name or that of a student who is not in it,
            a student is in two groups, or is nobody.
        StorageError: the file cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return {}
    table = read_table(path, surplus=_ALL_IN_ONE)
    column = next((name for name in ("students", "student") if name in table.header), None)
    if column is None or "group" not in table.header:
        raise UsageError(
            "the first line must name the columns",
            where=f"{path}:1",
            remedy="write group,students (ids separated by semicolons) or group,student",
        )
    members: dict[str, list[str]] = {}
    lines: dict[str, tuple[str, int]] = {}
    for row in table.rows:
        where = f"{path}:{row.line}"
        name = row["group"]
        if not name:
            raise UsageError("this group has no name", where=where, remedy="give it one")
        for student in filter(None, (item.strip() for item in row[column].split(";"))):
            if student in lines:
                other, line = lines[student]
                raise UsageError(
                    f"{student!r} is in “{other}” (line {line}) and again in “{name}”",
                    where=where,
                    remedy="a student is in one group, once",
                )
            if everybody is not None:
                everybody.demand(student, where)
            lines[student] = (name, row.line)
            members.setdefault(name, []).append(student)
    for name, students in members.items():
        known = name in lines or (everybody is not None and everybody.knows(name))
        if known and name not in students:
            raise UsageError(
                f"the group {name!r} is called like a student who is not in it",
                where=f"{path}:{lines[students[0]][1]}",
                remedy="give the group another name",
            )
    return {name: tuple(students) for name, students in members.items()}
