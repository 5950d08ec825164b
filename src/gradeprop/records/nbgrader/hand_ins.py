"""What nbgrader's autograde finds: missing notebooks, halves of earlier runs, what is due."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.utils import rmtree
from sqlalchemy.engine import make_url

from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.schema import open_engine
from gradeprop.records.gradebook.writer import is_recorded


def hand_ins(converter: Any) -> Iterator[tuple[str, str]]:
    """Students and the folders they handed in, of those that nbgrader found."""
    pattern = converter._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
    for path in converter.assignments:
        if found := re.match(pattern, path):
            yield found["student_id"], path


def take_up_missing(converter: Any) -> None:
    """Have nbgrader take up folders without the assignment's notebook, too, as ``gradeprop grade``
    does.

    It would pass over an empty folder, and blame a misnamed notebook on ``generate_assignment``.
    (If nobody's folder has any notebook it gives up before it asks us.)"""
    course = converter.coursedir
    if course.notebook_id not in ("*", course.assignment_id):
        return
    pattern = converter._format_source(course.assignment_id, course.student_id)
    for folder in glob.glob(pattern):  # noqa: PTH207 (the very names that nbgrader finds)
        notebook = os.path.join(folder, f"{course.assignment_id}.ipynb")  # noqa: PTH118 (as nbgrader does)
        if Path(folder).is_dir() and not os.path.lexists(notebook):
            converter.assignments[folder] = [notebook]


def discard_halves(converter: Any, students: list[str]) -> None:
    """Remove what an interrupted run left in autograded/, else nbgrader takes it for graded."""
    course = converter.coursedir
    folders = {
        student: converter._format_dest(course.assignment_id, student) for student in students
    }
    present = {student: folder for student, folder in folders.items() if Path(folder).is_dir()}
    if not present:
        return
    engine = open_engine(make_url(course.db_url))
    try:
        for student, folder in present.items():
            path = Path(folder) / f"{course.assignment_id}.ipynb"
            if not is_recorded(engine, course.assignment_id, student, path):
                converter.log.warning(
                    "Grading %s again: what is in %r is not complete", shown_id(student), folder
                )
                rmtree(folder)
    finally:
        engine.dispose()


def is_due(converter: Any, student: str, submitted: str) -> bool:
    """Whether nbgrader will take up this submission (as its ``init_destination`` decides)."""
    course = converter.coursedir
    if student in course.student_id_exclude.split(","):
        return False
    graded = converter._format_dest(course.assignment_id, student)
    if converter.force or not Path(graded).exists():
        return True
    try:
        newer, older = (
            course.get_existing_timestamp(submitted),
            course.get_existing_timestamp(graded),
        )
    except Exception:
        # a time that nobody can read: nbgrader will say so, and it costs one student only
        return False
    return newer is not None and older is not None and newer > older
