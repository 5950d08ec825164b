"""Numbers in sentences, a noun in the number that fits, and what an error says without a file."""

from __future__ import annotations

import re

__all__ = ["counted", "number", "points", "without_file"]

# As IPython and its kernel call the code of a cell.
_CELL_FILE = re.compile(r"\((?:<ipython-input-[^>]*>|\d+\.py), (line \d+)\)")


def number(value: float) -> str:
    """``3``, ``0.5``, ``1.333333``: six decimals at most, never an exponent."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def points(value: float) -> str:
    """``1 point``, ``0.5 points``."""
    return f"{number(value)} point{'' if value == 1 else 's'}"


def counted(count: int, noun: str) -> str:
    """``1 student``, ``3 students``: for nouns that only take an s."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def without_file(message: str) -> str:
    """What a syntax error says, with the line and without the file that no student knows."""
    return _CELL_FILE.sub(r"(\1)", message)
