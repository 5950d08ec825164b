"""Who belongs to the class, as far as nbgrader's gradebook knows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.schema import read
from gradeprop.records.gradebook.tables import Student

__all__ = ["enrolled", "person"]


def enrolled(root: Path, configured: str | None = None) -> dict[str, Person]:
    """All students of the gradebook, by the id that it knows them by; empty where there is no
    database. See `gradeprop.records.gradebook.schema.read` for arguments and errors."""
    return read(root, configured, _read) or {}


def person(student: Student) -> Person:
    """What a row says of a student."""
    return Person(
        student.first_name or "",
        student.last_name or "",
        student.email or "",
        student.lms_user_id or "",
    )


def _read(session: Session) -> dict[str, Person]:
    return {student.id: person(student) for student in session.scalars(select(Student))}
