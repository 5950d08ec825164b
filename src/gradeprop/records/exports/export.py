"""All formats by name, and writing them to a file or a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from gradeprop.errors import StorageError, UsageError
from gradeprop.records.answers import Answers
from gradeprop.records.exports import canvas, code, gradescope, jsonl, junit, moodle, wide_csv
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.results import result_path
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


def as_bytes(marks: ClassMarks, to: Format) -> bytes:
    """The whole export in one of the text formats, UTF-8 without a byte-order mark."""
    return _TEXT[to](marks).encode("utf-8", "replace")


def write_export(marks: ClassMarks, to: Format, output: Path, answers: Answers) -> list[Path]:
    """Write an export: to the file ``output``, or for a folder format into the folder ``output``.

    Args:
        answers: finds what the students wrote, for ``code``.

    Raises:
        UsageError: a folder is in the place of the file.
        StorageError: it cannot be written.
    """
    if to not in FOLDER_FORMATS:
        return [_write_file(output, as_bytes(marks, to))]
    written = []
    if to == "code":
        for item in marks.students:
            folder = output / result_path(output, marks.assignment.id, item.result.student).stem
            for name, source in code.files(
                marks.assignment, item.result, answers.of(item.result)
            ).items():
                write_atomically(folder / name, source.encode("utf-8", "replace"))
                written.append(folder / name)
        return written
    for student, data in gradescope.export(marks).items():
        path = output / result_path(output, marks.assignment.id, student).name
        text = json.dumps(data, allow_nan=False, indent=1) + "\n"
        write_atomically(path, text.encode())
        written.append(path)
    return written


def _write_file(output: Path, data: bytes) -> Path:
    if output.is_dir():
        raise UsageError("this is a folder", where=str(output), remedy="name a file in it")
    # a pipe or device: it must not be replaced by a file
    if output.exists() and not output.is_file():
        try:
            output.write_bytes(data)
        except OSError as error:
            raise StorageError(
                f"cannot write this file: {error.strerror}", where=str(output)
            ) from error
    else:
        write_atomically(output.resolve(), data)
    return output
