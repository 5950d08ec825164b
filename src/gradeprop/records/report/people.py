"""What a report calls students: by their ids, or so that the class can be shown to itself."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gradeprop.records.files.names import shown_id

__all__ = ["People", "anonymous", "by_id"]


@dataclass(frozen=True)
class People:
    """What everybody is called.

    Attributes:
        labels: by id.
        anonymous: whether nothing on the page may lead to a student: no id, no link, nobody named.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False

    def label(self, student: str) -> str:
        return self.labels.get(student) or shown_id(student)


def by_id(names: Mapping[str, str]) -> People:
    """Everybody by id, with the name where the gradebook knows one.

    Args:
        names: by id; empty where none is known.
    """
    shown = {student: shown_id(student) for student in names}
    return People(
        {
            student: f"{shown[student]} ({name})" if name and name != shown[student] else ""
            for student, name in names.items()
        }
    )


def anonymous(students: Iterable[str], key: bytes) -> People:
    """``Student 1``, ``Student 2``, …: the same one for the same class in every report, and in an
    order that nothing but the key tells.

    Args:
        key: the course key.
    """

    def place(student: str) -> bytes:
        return hmac.digest(key, b"report " + student.encode("utf-8", "surrogatepass"), "sha256")

    ordered = sorted(set(students), key=place)
    labels = {student: f"Student {number}" for number, student in enumerate(ordered, start=1)}
    return People(labels, anonymous=True)
