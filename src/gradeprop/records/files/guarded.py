"""Text in CSV that no spreadsheet obeys, reversibly.

A spreadsheet takes a cell that begins with one of ``= + - @`` for a formula, also after a tab or a
line end, and some do so for the full-width forms. Such a text gets an apostrophe before it, which
spreadsheets take for "this is text" (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

__all__ = ["guarded", "unguarded"]

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
