"""``.gradeprop/discovered/<assignment>.json``: the groups that `gradeprop discover` has found, and
what they were found in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.errors import UsageError
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.key import FOLDER

__all__ = ["Discovered", "FoundGroup", "read_discovered", "write_discovered"]

_SCHEMA = 2


@dataclass(frozen=True)
class FoundGroup:
    """One group.

    Attributes:
        group: its number, from 1, the largest group first.
        students: their ids, all of those who handed in together.
        hand_ins: how many answers these are; a group's is one.
        code: the shortest of their answers, without comments, with what it needs of other cells.
        question, got, expected: the first question that it answers wrongly; None where there are
            no values to show.
        nearest: what comes nearest to explaining it, in words for an instructor.
        adopted: the id under which it was made a misconception.
    """

    group: int
    exercise: str
    part: str
    students: tuple[str, ...]
    code: str
    hand_ins: int
    question: str | None = None
    got: str | None = None
    expected: str | None = None
    nearest: str | None = None
    adopted: str | None = None

    @property
    def key(self) -> PartKey:
        return PartKey(self.exercise, self.part)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Discovered:
    """All groups of an assignment.

    Attributes:
        course: digest of the course that they were found with.
        submissions: by student, the SHA-256 of the notebook that was asked.
        named: how many answers have a cause after all, on the inputs that all were asked.
        right: how many are right there; their fault shows on other inputs.
        stopped: how many took too long or were stopped, and are in no group.
    """

    course: str
    submissions: Mapping[str, str]
    groups: tuple[FoundGroup, ...]
    named: int = 0
    right: int = 0
    stopped: int = 0

    def group(self, number: int) -> FoundGroup:
        """The group of this number.

        Raises:
            UsageError: there is none.
        """
        for item in self.groups:
            if item.group == number:
                return item
        raise UsageError(f"there is no group {number}", remedy=f"there are 1 to {len(self.groups)}")

    def with_adopted(self, number: int, name: str, course: str) -> Discovered:
        """After a group was made a misconception, which changes nothing about the others.

        Args:
            course: digest of the course as it is now.
        """
        groups = tuple(
            replace(item, adopted=name) if item.group == number else item for item in self.groups
        )
        return replace(self, course=course, groups=groups)


def _path(root: Path, assignment: str) -> Path:
    return root / FOLDER / "discovered" / f"{assignment}.json"


def write_discovered(root: Path, assignment: str, found: Discovered) -> None:
    """Keep the groups.

    Raises:
        StorageError: they cannot be written.
    """
    data = {"schema": _SCHEMA, **asdict(found)}
    text = json.dumps(data, ensure_ascii=True, indent=1)
    write_atomically(_path(root, assignment), text.encode(), mode=0o600)


def read_discovered(root: Path, assignment: str) -> Discovered:
    """The groups that were found last.

    Raises:
        UsageError: there are none that can be read.
    """
    try:
        data = json.loads(_path(root, assignment).read_bytes())
        if data.pop("schema") != _SCHEMA:
            raise ValueError
        groups = tuple(_group(item) for item in data.pop("groups"))
        return Discovered(**data, groups=groups)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"no groups of {assignment} have been found yet",
            remedy=f"run `gradeprop discover {assignment}` first",
        ) from error


def _group(data: dict[str, Any]) -> FoundGroup:
    students: Sequence[str] = data["students"]
    return FoundGroup(**{**data, "students": tuple(students)})
