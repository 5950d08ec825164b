"""Which cells nbgrader's gradebook lists for an assignment. Once it has submissions, nbgrader
refuses a notebook with another list, and deletes its release."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.errors import GradepropError
from gradeprop.notebook.progress_cell import progress_id
from gradeprop.records.files.earlier_release import anybody_handed_in, released_with_progress

__all__ = ["goes_without_progress"]


def goes_without_progress(course: Course, assignment: str, submitted: Path) -> bool:
    """Whether a release has to go without the cell that shows a student's progress, since work has
    been handed in from one without it.

    Args:
        submitted: the folder of hand-ins, which need not exist.
    """
    earlier = released_with_progress(Path(course.root), assignment)
    if earlier:
        return False
    try:
        listed = _listed_with_submissions(course, assignment)
    except GradepropError:  # whoever grades is told; here it only matters that nothing changes
        return earlier is False
    if listed is not None:
        return progress_id(assignment) not in listed
    return earlier is False and anybody_handed_in(submitted, assignment)


def _listed_with_submissions(course: Course, assignment: str) -> set[str] | None:
    """The grade ids of an assignment's cells; None if the gradebook has no submission of it."""
    root, configured = Path(course.root), course.spec.gradebook
    if importlib.util.find_spec("nbgrader") is None:
        return None
    if configured is None and not (root / "gradebook.db").exists():
        return None
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from gradeprop.records.gradebook.schema import gradebook_url, open_engine, transaction
    from gradeprop.records.gradebook.tables import (
        Assignment,
        Notebook,
        SourceCell,
        SubmittedAssignment,
    )

    def read(session: Session) -> set[str] | None:
        submissions = (
            select(SubmittedAssignment.id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == assignment)
        )
        if session.scalar(submissions.limit(1)) is None:
            return None
        cells = (
            select(SourceCell.name)
            .join(Notebook, Notebook.id == SourceCell.notebook_id)
            .join(Assignment, Assignment.id == Notebook.assignment_id)
            .where(Assignment.name == assignment)
        )
        return set(session.scalars(cells))

    url = gradebook_url(root, configured)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return None
    engine = open_engine(url)
    try:
        return transaction(engine, read)
    finally:
        engine.dispose()
