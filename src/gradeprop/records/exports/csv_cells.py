"""CSV that no spreadsheet obeys and every program reads: RFC 4180, UTF-8, text made harmless
reversibly. Numbers are written as numbers: ``-1`` cannot run anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from gradeprop.records.files.guarded import guarded, unguarded
from gradeprop.wording import number

Cell: TypeAlias = str | float | int | None


def cell(value: Cell) -> str:
    """A value as CSV shows it: nothing for None, numbers without needless digits, text made
    harmless."""
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else number(value)


def to_csv(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV text, the header being the first of them."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


def from_csv(text: str) -> list[list[str]]:
    """The cells that `to_csv` was given, as text."""
    return [[unguarded(item) for item in row] for row in csv.reader(io.StringIO(text, newline=""))]
