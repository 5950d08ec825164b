"""A line more in course.yaml, and nothing else changed: comments, blanks and quotes stay as they
are, which no YAML library keeps."""

from __future__ import annotations

import re
from typing import Final

from gradeprop.course.course_spec import CourseSpec
from gradeprop.course.document import Document
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.errors import UsageError

_ITEM: Final = re.compile(r"(\s*-\s+)")
_QUOTES: Final = ("'", '"')


def with_exercise(
    raw: bytes, document: Document, spec: CourseSpec, assignment: str, slug: str
) -> bytes | None:
    """The bytes of course.yaml with the exercise listed last in its assignment, and with that
    assignment last, if it is new. None if the exercise is listed already.

    Raises:
        UsageError: the file is written in a way in which this cannot be done.
    """
    number = next((i for i, item in enumerate(spec.assignments) if item.id == assignment), None)
    if number is not None and slug in spec.assignments[number].exercises:
        return None
    lines = list(document.lines)
    if number is None:
        _add_assignment(lines, document, assignment, slug)
    else:
        _add_exercise(lines, document, number, spec.assignments[number].exercises, slug)
    newline = "\r\n" if b"\r\n" in raw else "\n"
    changed = newline.join(lines).encode()
    _must_say(changed, spec, assignment, slug)
    return changed


def _add_exercise(
    lines: list[str], document: Document, number: int, listed: tuple[str, ...], slug: str
) -> None:
    at = ("assignments", number, "exercises", len(listed) - 1)
    row, column = document.place(at)
    line = lines[row - 1]
    if item := _ITEM.fullmatch(line[: column - 1]):
        lines.insert(row, f"{item[1]}{slug}")
        return
    # [a, b]: behind its last item.
    quotes = 2 if line[column - 1] in _QUOTES else 0
    end = column - 1 + len(listed[-1]) + quotes
    lines[row - 1] = f"{line[:end]}, {slug}{line[end:]}"


def _add_assignment(lines: list[str], document: Document, assignment: str, slug: str) -> None:
    row, column = document.place(("assignments", 0))
    item = _ITEM.fullmatch(lines[row - 1][: column - 1])
    if item is None:
        return  # which is found to be no change
    dash = item[1]
    indent = " " * len(dash)
    title = assignment.replace("_", " ").capitalize()
    added = [
        f"{dash}id: {assignment}",
        f"{indent}title: {title}",
        f"{indent}introduction: |",
        f"{indent}  What this assignment is about; its notebook opens with it.",
        f"{indent}exercises:",
        f"{indent}  - {slug}",
    ]
    end = _end_of_assignments(lines, document)
    blank = [""] if len(document.data["assignments"]) > 1 else []
    lines[end:end] = [*blank, *added]


def _end_of_assignments(lines: list[str], document: Document) -> int:
    """How many lines come before what follows the list, blank lines and comments of that not
    counted."""
    begin = document.key_place(("assignments",))[0]
    keys = [document.key_place((key,))[0] for key in document.data]
    end = min((row - 1 for row in keys if row > begin), default=len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    return end


def _must_say(changed: bytes, before: CourseSpec, assignment: str, slug: str) -> None:
    """That nothing but the one exercise has been added."""
    document = read_yaml(changed, "course.yaml")
    after = validate(CourseSpec, document)[0] if document.readable else None
    wanted = {item.id: item.exercises for item in before.assignments}
    wanted[assignment] = (*wanted.get(assignment, ()), slug)
    if after is None or {item.id: item.exercises for item in after.assignments} != wanted:
        raise UsageError(
            f"the exercise {slug!r} cannot be added to a list that is written like this",
            where="course.yaml",
            remedy=f"add it to the exercises of {assignment!r} yourself, then call this again",
        )
