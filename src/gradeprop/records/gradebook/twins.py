"""Students whom the gradebook would take for one: their marks would overwrite each other."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from gradeprop.records.files.names import gradebook_id

__all__ = ["tells_all_apart", "twins"]

_EXACT: Final = ("sqlite", "postgresql")
"""Databases in which two texts are equal only if they have the same characters."""


def tells_all_apart(backend: str) -> bool:
    """Whether a database of this kind compares texts character by character."""
    return backend in _EXACT


def twins(students: Iterable[str], backend: str) -> list[tuple[str, ...]]:
    """Groups of students whose ids are one in the gradebook, each sorted.

    Args:
        students: ids, each once.
        backend: the database, as SQLAlchemy calls it. All but SQLite and PostgreSQL may be set up
            to overlook capitals, accents, forms of a character or blanks at the end.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for student in students:
        name = gradebook_id(student)
        found[name if tells_all_apart(backend) else _folded(name)].append(student)
    return [tuple(sorted(group)) for group in found.values() if len(group) > 1]


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in parts if not unicodedata.combining(char)).strip()
