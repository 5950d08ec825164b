"""``feedback/<student>/<assignment>/<assignment>.html``: nbgrader's layout, so that its
``release_feedback`` takes it from there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.records.answers import Answers
from gradeprop.records.feedback.extras import Extras
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.path import feedback_path
from gradeprop.records.feedback.render import render
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.executed import executed_notebook
from gradeprop.records.marks import Marks


def write_feedback(
    course: Course,
    assignment: LoadedAssignment,
    marks: Marks,
    answers: Answers,
    submitted: Path,
    extras: Extras | None = None,
) -> Path:
    """Write one student's page and return its path; beside it what ``nbgrader release_feedback``
    needs.

    Args:
        submitted: the folder of submissions.
        extras: what else the course wishes to show by now.

    Raises:
        StorageError: it cannot be written.
    """
    root, student = Path(course.root), marks.result.student
    path = feedback_path(root, student, assignment.id)
    content = page(course, assignment, marks, answers.of(marks.result), extras or Extras())
    if (
        root / "autograded"
    ).is_dir():  # else nbgrader has no part in this course, and may not be installed
        from gradeprop.records.files.receipt import carry_receipt

        carry_receipt(path.parent, *_receipts(root, student, assignment.id, submitted))
    write_atomically(path, render(content))
    return path


def out_of_reach(
    root: Path, students: Sequence[str], assignment: str, submitted: Path
) -> list[str]:
    """Of these, who cannot fetch a page that nbgrader releases; nobody where nobody uses its
    exchange."""
    if not (root / "autograded").is_dir():
        return []
    from gradeprop.records.files.receipt import has_secret

    reached = {item for item in students if has_secret(submitted / item / assignment)}
    return [item for item in students if item not in reached] if reached else []


def _receipts(root: Path, student: str, assignment: str, submitted: Path) -> tuple[Path, Path]:
    """Where to look: beside what was graded, then beside what is handed in now."""
    graded = executed_notebook(root, student, assignment).parent
    return graded, submitted / student / assignment
