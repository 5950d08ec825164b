"""An extension into nbgrader's gradebook, where the student's submission is in it already."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.lateness import extension_from
from gradeprop.records.gradebook.schema import gradebook_url, open_engine, transaction
from gradeprop.records.gradebook.tables import Assignment, SubmittedAssignment

__all__ = ["extend_in_gradebook"]


def extend_in_gradebook(
    root: Path, student: str, assignment: str, until: datetime | None, configured: str | None = None
) -> bool:
    """Write an extension, or with None take it back; return whether that changed anything.

    Raises:
        UsageError: the URL cannot be read.
        MissingFacility, StorageError: the database cannot be used.
    """
    url = gradebook_url(root, configured)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return False
    engine = open_engine(url)

    def write(session: Session) -> bool:
        found = session.execute(
            select(SubmittedAssignment, Assignment.duedate)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(
                Assignment.name == assignment,
                SubmittedAssignment.student_id == gradebook_id(student),
            )
        ).first()
        if found is None:
            return False
        submitted, due = found
        longer = extension_from(until, due) if until and due else None
        changed = (submitted.extension or timedelta(0)) != (longer or timedelta(0))
        submitted.extension = longer
        return bool(changed)

    try:
        return transaction(engine, write)
    finally:
        engine.dispose()
