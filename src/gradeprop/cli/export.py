"""``gradeprop export``: marks for other programs. The data goes to stdout or a file, notes to
stderr."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.answers import Answers
from gradeprop.records.course_marks import CourseMarks, course_marks
from gradeprop.records.exports.export import (
    FOLDER_FORMATS,
    Format,
    as_bytes,
    course_as_bytes,
    refuse_course,
    shown,
    shown_course,
    write_export,
    write_file,
)
from gradeprop.records.marks import ClassMarks, class_marks
from gradeprop.wording import counted

_ESCAPED: Final[tuple[Format, ...]] = ("jsonl",)
"""Formats that have escapes of their own for what a terminal would obey."""


def run(
    name: str | None,
    to: Format,
    output: Path | None,
    submitted: Path | None,
    folder: Path | None,
) -> None:
    """Export an assignment's marks; without a name, those of the whole course.

    Raises:
        UsageError: no such assignment, nothing graded yet, a format that is not of a course, or a
            folder format without ``output``.
        StorageError: ``output`` cannot be written.
    """
    root, course = open_course(folder)
    submitted = submitted or root / "submitted"
    if name is None:
        _whole_course(course, to, output, submitted)
        return
    assignment = named_assignment(course, name)
    if output is None and to in FOLDER_FORMATS:
        raise UsageError(
            f"{to} is files for each student", remedy="name a folder for them: --output DIR"
        )
    marks = class_marks(course, assignment)
    tell(marks)
    require_results(marks)
    if output is None:
        _print(as_bytes(marks if to in _ESCAPED else shown(marks), to))
        return
    write_export(marks, to, output, Answers(course, assignment, submitted))
    _say(len(marks.students), f"{output}/" if to in FOLDER_FORMATS else str(output))


def _whole_course(course: Course, to: Format, output: Path | None, submitted: Path) -> None:
    refuse_course(to)
    marks = course_marks(course, submitted, datetime.now(UTC))
    tell(marks)
    if not marks.students:
        raise UsageError(
            "there are no results yet",
            where="results",
            remedy=f"run `gradeprop grade {marks.assignments[0]}` first",
        )
    if output is None:
        _print(course_as_bytes(marks if to in _ESCAPED else shown_course(marks), to))
        return
    write_file(output, course_as_bytes(marks, to))
    _say(len(marks.students), str(output))


def _print(data: bytes) -> None:
    """What goes to stdout may go to a terminal, which is to obey nothing in it."""
    sys.stdout.buffer.write(screen.plain_lines(data.decode()))
    sys.stdout.flush()


def _say(count: int, where: str) -> None:
    screen.err().print(f"{counted(count, 'student')} exported to {where}", soft_wrap=True)


def tell(marks: ClassMarks | CourseMarks) -> None:
    """Say on stderr what an instructor should know of these marks."""
    for note in marks.notes:
        screen.err().print(screen.plain(f"{note}."), soft_wrap=True)


def require_results(marks: ClassMarks) -> None:
    """Refuse to go on with nothing.

    Raises:
        UsageError: nobody has a result.
    """
    if not marks.students:
        raise UsageError(
            f"there are no results of {marks.assignment.id} yet",
            where=f"results/{marks.assignment.id}",
            remedy=f"run `gradeprop grade {marks.assignment.id}` first",
        )
