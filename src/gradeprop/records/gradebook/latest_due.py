"""Until when anybody can hand in, as far as nbgrader's gradebook knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradeprop.records.gradebook.schema import read
from gradeprop.records.gradebook.tables import Assignment, SubmittedAssignment

__all__ = ["latest_due"]


def latest_due(root: Path, assignment: str, configured: str | None = None) -> datetime | None:
    """The due date with the longest extension that anybody has, with a time zone; None where there
    is no database or no due date in it.

    Args:
        root: the course folder.
        configured: as of `gradeprop.records.gradebook.recorded.read_gradebook`.

    Raises:
        UsageError: the URL cannot be read.
        MissingFacility, StorageError: the database cannot be used.
    """
    return read(root, configured, lambda session: _read(session, assignment))


def _read(session: Session, assignment: str) -> datetime | None:
    due = session.scalar(select(Assignment.duedate).where(Assignment.name == assignment))
    if due is None:
        return None
    given = session.scalars(
        select(SubmittedAssignment.extension)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment, SubmittedAssignment.extension.is_not(None))
    )
    found: datetime = due.replace(tzinfo=UTC) + max(given, default=timedelta(0))
    return found
