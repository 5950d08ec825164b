"""CSV files of the course folder, and those that people export from elsewhere: as rows with the
line each came from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gradeprop.errors import StorageError, UsageError
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.guarded import guarded, unguarded

__all__ = ["Row", "Table", "read_table", "write_table"]

_MOST: Final = 32 * 2**20
"""Bytes that a list of people may have."""
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True)
class Row:
    """A row with something in it.

    Attributes:
        line: where it ends in the file, from 1.
        cells: by the header's name; without blanks around.
    """

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell, or nothing where the file has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A CSV file: the names in its header, and its rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, *, surplus: str = "put a cell with commas into quotes") -> Table:
    """Read a CSV file with a header: separated by commas, semicolons or tabs; in UTF-8, in UTF-16,
    or as Windows writes it in western Europe.

    Args:
        surplus: the remedy where a row has more cells than the header.

    Raises:
        UsageError: it is not there, no text, larger than any list of people, or a row has more
            cells than the header.
        StorageError: it cannot be read.
    """
    text = _text(path, _bytes(path))
    head = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header: tuple[str, ...] = ()
    rows = []
    try:
        for cells in lines:
            cleaned = [unguarded(cell.strip()).strip() for cell in cells]
            if not any(cleaned):
                continue
            if not header:
                header = tuple(cleaned)
                continue
            if beyond := [cell for cell in cleaned[len(header) :] if cell]:
                raise UsageError(
                    f"this line has more cells than the header: {beyond[0]!r} has no column",
                    where=f"{path}:{lines.line_num}",
                    remedy=surplus,
                )
            rows.append(Row(lines.line_num, dict(zip(header, cleaned, strict=False))))
    except csv.Error as error:
        raise UsageError(
            f"this is not CSV: {error}", where=f"{path}:{lines.line_num}", remedy="export it again"
        ) from error
    return Table(header, tuple(rows))


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, keys: int
) -> None:
    """Write a CSV file, UTF-8, no cell of which a spreadsheet obeys. Columns of the file that is
    there and that are not in ``header`` stay behind the others.

    Args:
        keys: how many of the first columns tell rows apart.

    Raises:
        UsageError, StorageError: the file that is there cannot be read, or it cannot be written.
    """
    before = read_table(path) if path.exists() else Table((), ())
    own = tuple(name for name in before.header if name and name not in header)
    known = {tuple(row[name] for name in header[:keys]): row for row in before.rows}
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*header, *map(guarded, own)))
    for row in rows:
        there = known.get(tuple(row[:keys]))
        kept = ("" if there is None else there[name] for name in own)
        writer.writerow([guarded(cell) for cell in (*row, *kept)])
    write_atomically(path, file.getvalue().encode("utf-8", "replace"))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UsageError(
            "there is no such file", where=str(path), remedy="name a CSV file"
        ) from error
    except OSError as error:
        raise StorageError(
            f"this file cannot be read: {error.strerror or error}", where=str(path)
        ) from error
    if len(data) > _MOST:
        raise UsageError(
            f"this is larger than {_MOST // 2**20} MB, so it is no list of students",
            where=str(path),
        )
    return data


def _text(path: Path, data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError(
        "this is not text", where=str(path), remedy="save it as CSV in UTF-8, then try again"
    )
