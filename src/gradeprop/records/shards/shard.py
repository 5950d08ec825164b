"""One of several equal parts of a class."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gradeprop.errors import UsageError
from gradeprop.records.files.submissions import Handed

__all__ = ["Shard"]

_WRITTEN: Final = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True, order=True)
class Shard:
    """The ``number``-th of ``count`` parts, counted from 1.

    A student is always in the same one, whoever else has handed in: which one is taken from the id
    alone."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parsed(cls, text: str) -> Shard:
        """``3/10``.

        Raises:
            UsageError: it is not such a part.
        """
        written = _WRITTEN.fullmatch(text)
        shard = cls(*map(int, written.groups())) if written else cls(0, 0)
        if not 1 <= shard.number <= shard.count:
            raise UsageError(
                f"{text!r} is no part of a class",
                where="--shard",
                remedy="write the third of ten parts as 3/10; they are counted from 1",
            )
        return shard

    @classmethod
    def of_student(cls, student: str, count: int) -> Shard:
        """The one that a student is in, of ``count``."""
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).digest()
        return cls(int.from_bytes(digest[:8], "big") % count + 1, count)

    def among(self, handed: Iterable[Handed]) -> list[Handed]:
        """Its hand-ins."""
        return [item for item in handed if self.of_student(item.student, self.count) == self]
