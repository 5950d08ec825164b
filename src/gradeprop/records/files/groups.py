"""``groups.csv`` in the course folder: who hands in together.

``group,students`` with the ids of each group separated by semicolons, or ``group,student`` with a
row for each student."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from gradeprop.errors import UsageError
from gradeprop.records.files.table import read_table

__all__ = ["FILE", "Groups", "read_groups"]

FILE: Final = "groups.csv"

Groups: TypeAlias = dict[str, tuple[str, ...]]
"""By the group's name, its students."""


def read_groups(root: Path, demand: Callable[[str, str], None] | None = None) -> Groups:
    """All groups; none where there is no file.

    Args:
        demand: refuses an id that is nobody's, and says where it stands: a slip in one would make
            a student of nobody.

    Raises:
        UsageError: a column is lacking, a group has no name, a student is in two groups, or
            ``demand`` refuses an id.
        StorageError: the file cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return {}
    table = read_table(path)
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
            if demand is not None:
                demand(student, where)
            lines[student] = (name, row.line)
            members.setdefault(name, []).append(student)
    return {name: tuple(students) for name, students in members.items()}
