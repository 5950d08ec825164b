"""What a gradebook holds of a submission, as values: points, people, penalties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradeprop.course.keys import PartKey


@dataclass(frozen=True)
class PartMark:
    """The points of one part.

    Attributes:
        auto: by the checks; None for prose and where a grader failed.
        manual: by a person; it stands before ``auto``.
        extra: extra credit by a person; counts only beside a score.
        comment: what a person wrote about it.
        again: a person must look (again): the score was given for another answer or score.
    """

    auto: float | None
    manual: float | None = None
    extra: float = 0.0
    comment: str | None = None
    again: bool = False

    @property
    def score(self) -> float | None:
        base = self.auto if self.manual is None else self.manual
        return None if base is None else base + self.extra

    def to_json(self) -> dict[str, Any]:
        return {
            "auto_score": self.auto,
            "manual_score": self.manual,
            "extra_credit": self.extra,
            "comment": self.comment,
            "look_again": self.again,
        }


@dataclass(frozen=True)
class Person:
    """What the gradebook knows of a student besides the id; empty where it does not."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


@dataclass(frozen=True)
class Recorded:
    """One student's submission in the gradebook.

    Attributes:
        retired: points by people on parts that the course no longer has.
        penalty: points taken off for handing in late.
    """

    parts: Mapping[PartKey, PartMark]
    retired: float = 0.0
    penalty: float = 0.0
    person: Person = Person()
