"""What pages of the documentation name of the course: `slug`, `slug/part`, `slug/part: id, id`,
where an id is that of a check, of a misconception or of a criterion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.shipped import shipped

CODE = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"(\w+)(?:/(\w+)(?:: (\w+(?:, \w+)*))?)?")


@dataclass(frozen=True)
class Known:
    """An exercise of the course: where it stands, and the ids of each of its parts."""

    path: str
    ids: dict[str, set[str]]


def known() -> dict[str, Known]:
    """The exercises of the course, by slug."""
    course = shipped()
    return {
        exercise.slug: Known(
            exercise.path, {part.part: set(_ids(part)) for part in exercise.spec.parts}
        )
        for assignment in course.assignments
        for exercise in assignment.exercises
    }


def _ids(part: Any) -> Iterator[str]:
    yield from (check.check for check in part.checks)
    yield from (item.id for item in part.misconceptions)
    if part.kind == "explanation":
        yield from (criterion.id for criterion in part.rubric.criteria)


def wrong_names(text: str, course: dict[str, Known]) -> list[str]:
    """Of the code spans of a text in which nothing but names may stand, those that name nothing."""
    return [span for span in CODE.findall(text) if not _is_known(span, course)]


def _is_known(span: str, course: dict[str, Known]) -> bool:
    match = _NAME.fullmatch(span)
    if match is None:
        return False
    slug, part, ids = match.groups()
    if slug not in course:
        return False
    if part is None:
        return True
    listed = set(ids.split(", ")) if ids else set()
    return part in course[slug].ids and listed <= course[slug].ids[part]
