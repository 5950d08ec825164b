"""``feedback/<student>/<assignment>/<assignment>.html``: nbgrader's layout, so that its
``release_feedback`` takes it from there."""

from __future__ import annotations

from pathlib import Path

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.records.atomic import write_atomically
from gradeprop.records.feedback_answers import Answers
from gradeprop.records.feedback_page import page
from gradeprop.records.feedback_render import render
from gradeprop.records.marks import Marks


def feedback_path(root: Path, student: str, assignment: str) -> Path:
    """Where a student's page is.

    Raises:
        UsageError: the id is no name of a folder.
    """
    if student in ("", ".", "..") or "/" in student or "\0" in student:
        raise UsageError(f"{student!r} cannot be the name of a student's folder")
    return root / "feedback" / student / assignment / f"{assignment}.html"


def write_feedback(course: Course, assignment: LoadedAssignment, marks: Marks, answers: Answers) -> Path:
    """Write one student's page and return its path.

    Raises:
        StorageError: it cannot be written.
    """
    path = feedback_path(Path(course.root), marks.result.student, assignment.id)
    content = page(course, assignment, marks, answers.of(marks.result))
    write_atomically(path, render(content))
    return path
