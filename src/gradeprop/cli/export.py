"""``gradeprop export``: marks for other programs. The data goes to stdout or a file, notes to
stderr."""

from __future__ import annotations

import sys
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import UsageError
from gradeprop.records.answers import Answers
from gradeprop.records.exports.export import FOLDER_FORMATS, Format, as_bytes, write_export
from gradeprop.records.marks import ClassMarks, class_marks
from gradeprop.wording import counted


def run(name: str, to: Format, output: Path | None, folder: Path | None) -> None:
    """Export an assignment's marks.

    Raises:
        UsageError: no such assignment, nothing graded yet, or a folder format without ``output``.
        StorageError: ``output`` cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    if output is None and to in FOLDER_FORMATS:
        raise UsageError(
            f"{to} is files for each student", remedy="name a folder for them: --output DIR"
        )
    marks = class_marks(course, assignment)
    tell(marks)
    require_results(marks)
    if output is None:
        sys.stdout.buffer.write(as_bytes(marks, to))
        sys.stdout.flush()
        return
    write_export(marks, to, output, Answers(course, assignment, root / "submitted"))
    count = len(marks.students)
    where = f"{output}/" if to in FOLDER_FORMATS else output
    screen.err().print(f"{counted(count, 'student')} exported to {where}", soft_wrap=True)


def tell(marks: ClassMarks) -> None:
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
