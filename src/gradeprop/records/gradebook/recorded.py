"""Read the scores of an assignment out of nbgrader's gradebook. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradeprop.course.gradeids import part_ids
from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.enrolled import person
from gradeprop.records.gradebook.given import PartMark, Recorded
from gradeprop.records.gradebook.rows import given_by_person
from gradeprop.records.gradebook.schema import read
from gradeprop.records.gradebook.tables import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)


def read_gradebook(
    root: Path,
    assignment: LoadedAssignment,
    students: Iterable[str] = (),
    configured: str | None = None,
) -> Mapping[str, Recorded]:
    """By student, what is recorded for the assignment; empty if there is no database.

    Args:
        root: the course folder.
        students: ids that the database may hold shortened; others are found under the database's
            own.
        configured: the SQLAlchemy URL of course.yaml; None for ``gradebook.db`` in the course
            folder.

    Raises:
        UsageError: the URL cannot be read.
        MissingFacility, StorageError: the database cannot be used.
    """
    found = read(root, configured, lambda session: _read(session, assignment)) or {}
    own = {gradebook_id(student): student for student in students}
    return {own.get(name, name): recorded for name, recorded in found.items()}


def _read(session: Session, assignment: LoadedAssignment) -> dict[str, Recorded]:
    scored, answered = _cells(assignment)
    query = (
        select(SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty, Student)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Student, Student.id == SubmittedAssignment.student_id)
        .where(Assignment.name == assignment.id)
        .order_by(Student.id)
    )
    submissions = session.execute(query).all()
    mine = [row.id for row in submissions]
    comments: dict[str, dict[PartKey, str]] = {}
    for name, notebook, text in session.execute(
        select(BaseCell.name, Comment.notebook_id, Comment.manual_comment)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .where(Comment.notebook_id.in_(mine), Comment.manual_comment.is_not(None))
    ):
        if name in answered and text.strip():
            comments.setdefault(notebook, {})[answered[name]] = text.strip()
    grades: dict[str, list[tuple[str, Grade]]] = {}
    for name, grade in session.execute(
        select(BaseCell.name, Grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .where(Grade.notebook_id.in_(mine))
    ):
        grades.setdefault(grade.notebook_id, []).append((name, grade))
    found = {}
    for row in submissions:
        said = comments.get(row.id, {})
        parts = {}
        retired = 0.0
        for name, grade in grades.get(row.id, []):
            if name in scored:
                parts[scored[name]] = _mark(grade, said.get(scored[name]))
            else:
                retired += _mark(grade, None).score or 0.0
        found[row.Student.id] = Recorded(
            parts, retired, float(row.late_submission_penalty or 0.0), person(row.Student)
        )
    return found


def _mark(grade: Grade, comment: str | None) -> PartMark:
    return PartMark(
        None if grade.auto_score is None else float(grade.auto_score),
        None if grade.manual_score is None else float(grade.manual_score),
        float(grade.extra_credit or 0.0),
        comment,
        again=bool(grade.needs_manual_grade) and given_by_person(grade),
    )


def _cells(assignment: LoadedAssignment) -> tuple[dict[str, PartKey], dict[str, PartKey]]:
    """By grade id, the part that a cell holds the points of, and the part that it holds the answer
    to."""
    scored, answered = {}, {}
    for key, part in assignment.parts():
        ids = part_ids(*key)
        scored[ids.answer if part.kind == "explanation" else ids.check] = key
        answered[ids.answer] = key
    return scored, answered
