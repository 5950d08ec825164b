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
        places: by id, the number in an anonymous label.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False
    places: Mapping[str, int] = field(default_factory=dict)

    def label(self, student: str) -> str:
        """What the student is called; nobody's id where nobody is to be named."""
        return self.labels.get(student) or ("a student" if self.anonymous else shown_id(student))

    def place(self, student: str) -> tuple[int, str]:
        """Where the student stands among others: by id; where nobody is to be named by what they
        are called, since the order of the ids would tell who is who."""
        return (self.places.get(student, 0), "") if self.anonymous else (0, student)


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
    places = {student: number for number, student in enumerate(ordered, start=1)}
    labels = {student: f"Student {number}" for student, number in places.items()}
    return People(labels, anonymous=True, places=places)
