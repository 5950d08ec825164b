"""CSV that no spreadsheet obeys and every program reads: RFC 4180, UTF-8, text made harmless
reversibly.

A spreadsheet takes a cell that begins with one of ``= + - @`` for a formula, also after a tab or a
line end, and some do so for the full-width forms. Such a text gets an apostrophe before it, which
spreadsheets take for "this is text" (OWASP, "CSV Injection"). Numbers are written as numbers:
``-1`` cannot run anything."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from gradeprop.wording import number

Cell: TypeAlias = str | float | int | None

# An apostrophe that stands before something dangerous is doubled in turn: so it can be told apart.
_DANGEROUS = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_NOTHING = "-"
"""Alone, a hyphen is no formula anywhere, and some programs read it as "nothing here"."""


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text != _NOTHING and _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


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
