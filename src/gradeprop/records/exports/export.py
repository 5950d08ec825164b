"""All formats by name, and writing them to a file or a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from gradeprop.errors import StorageError, UsageError
from gradeprop.records.answers import Answers
from gradeprop.records.course_marks import CourseMarks
from gradeprop.records.exports import (
    canvas,
    code,
    course_csv,
    course_jsonl,
    gradescope,
    jsonl,
    junit,
    moodle,
    wide_csv,
)
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.names import file_name, shown_id
from gradeprop.records.marks import ClassMarks

Format: TypeAlias = Literal["csv", "junit", "gradescope", "canvas", "moodle", "jsonl", "code"]
FOLDER_FORMATS: tuple[Format, ...] = ("gradescope", "code")
"""Written as files for each student into a folder; the others are one text."""

_TEXT: Mapping[Format, Callable[[ClassMarks], str]] = {
    "csv": wide_csv.export,
    "junit": junit.export,
    "canvas": canvas.export,
    "moodle": moodle.export,
    "jsonl": jsonl.export,
}
_COURSE: Mapping[Format, Callable[[CourseMarks], str]] = {
    "csv": course_csv.export,
    "jsonl": course_jsonl.export,
}
_WEIGHING: Mapping[Format, str] = {"canvas": "Canvas", "moodle": "Moodle"}
"""What works out a course's total itself: a total of ours would be one more assignment there."""


def as_bytes(marks: ClassMarks, to: Format) -> bytes:
    """The whole export in one of the text formats, UTF-8 without a byte-order mark."""
    return _TEXT[to](marks).encode("utf-8", "replace")


def shown(marks: ClassMarks) -> ClassMarks:
    """The marks for a screen: ids that cannot be seen as they are get a spelling that can. Files
    keep the very id."""
    students = (
        replace(item, result=replace(item.result, student=shown_id(item.result.student)))
        for item in marks.students
    )
    return replace(marks, students=tuple(students))


def shown_course(marks: CourseMarks) -> CourseMarks:
    """As `shown`."""
    students = (replace(item, id=shown_id(item.id)) for item in marks.students)
    return replace(marks, students=tuple(students))


def course_as_bytes(marks: CourseMarks, to: Format) -> bytes:
    """The export of a whole course, UTF-8 without a byte-order mark."""
    return _COURSE[to](marks).encode("utf-8", "replace")


def refuse_course(to: Format) -> None:
    """Refuse a format that has no place for a whole course.

    Raises:
        UsageError: it is one.
    """
    if to in _COURSE:
        return
    what = f"{to} is of one assignment, not of a whole course"
    if to in _WEIGHING:
        what += f": {_WEIGHING[to]} works out the total itself, by the weights that you set there"
    raise UsageError(what, remedy=f"name an assignment, or take --to {' or '.join(_COURSE)}")


def write_export(marks: ClassMarks, to: Format, output: Path, answers: Answers) -> None:
    """Write an export: to the file ``output``, or for a folder format into the folder ``output``.

    Args:
        answers: finds what the students wrote, for ``code``.

    Raises:
        UsageError: a folder is in the place of the file.
        StorageError: it cannot be written.
    """
    if to not in FOLDER_FORMATS:
        write_file(output, as_bytes(marks, to))
        return
    if to == "code":
        for item in marks.students:
            folder = output / file_name(item.result.student)
            for name, source in code.files(
                marks.assignment, item.result, answers.of(item.result)
            ).items():
                write_atomically(folder / name, source.encode("utf-8", "replace"))
        return
    for student, data in gradescope.export(marks).items():
        path = output / file_name(student, ".json")
        text = json.dumps(data, allow_nan=False, indent=1) + "\n"
        write_atomically(path, text.encode())


def write_file(output: Path, data: bytes) -> None:
    """Write a text to where the user said, which may be a pipe or a device.

    Raises:
        UsageError: it is a folder.
        StorageError: it cannot be written.
    """
    if output.is_dir():
        raise UsageError("this is a folder", where=str(output), remedy="name a file in it")
    if output.exists() and not output.is_file():
        # A pipe or device: it must not be replaced by a file.
        try:
            output.write_bytes(data)
        except OSError as error:
            raise StorageError(
                f"cannot write this file: {error.strerror}", where=str(output)
            ) from error
    else:
        write_atomically(output.resolve(), data)
