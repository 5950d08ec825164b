"""The rows of an assignment, its notebook and its cells, from the release model.

They are what ``nbgrader generate_assignment`` would write, and can be brought up to date when
submissions exist: nbgrader then refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from gradeprop.course.keys import PartKey
from gradeprop.notebook.release import ReleaseCell, ReleaseModel
from gradeprop.notebook.render import nbgrader_metadata, notebook_frame
from gradeprop.records.gradebook.tables import (
    Assignment,
    BaseCell,
    Comment,
    Course,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedNotebook,
    new_uuid,
)

# nbgrader's preprocessors open the gradebook with this name whatever the course is called.
_DEFAULT_COURSE = "default_course"


@dataclass(frozen=True)
class Rows:
    """Ids of an assignment's rows. ``graded`` and ``answered`` are by grade id."""

    assignment: str
    notebook: str
    graded: dict[str, str]
    answered: dict[str, str]
    kept: tuple[str, ...]
    """Grade ids that the release no longer has, kept because a person's score or comment hangs on
    them."""
    forgotten: tuple[str, ...] = ()
    """Grade ids of this kind that were removed, since that was asked for."""


def prepare_rows(
    session: Session,
    course: str,
    release: ReleaseModel,
    due: datetime | None,
    *,
    forget_removed: bool = False,
) -> Rows:
    """Make the rows of an assignment what its release says.

    Scores, comments and flags stay. A cell added later gets its empty grades in every submission;
    where points changed, the parts that a person has scored are marked to be looked at again.

    Args:
        course: the course's id.
        due: when the assignment is due; None leaves what the gradebook says. Without a time zone it
            is this machine's time.
        forget_removed: remove what people gave and wrote for cells that the release no longer has.
    """
    for name in (course, _DEFAULT_COURSE):
        if session.get(Course, name) is None:
            session.add(Course(id=name))
    session.flush()
    assignment = session.scalar(select(Assignment).where(Assignment.name == release.assignment))
    if assignment is None:
        assignment = Assignment(name=release.assignment, course_id=course)
        session.add(assignment)
        session.flush()
    if due is not None:
        assignment.duedate = due.astimezone(UTC).replace(tzinfo=None)
    notebook = session.scalar(
        select(Notebook).where(
            Notebook.assignment_id == assignment.id, Notebook.name == release.assignment
        )
    )
    if notebook is None:
        notebook = Notebook(name=release.assignment, assignment_id=assignment.id)
        session.add(notebook)
    notebook.kernelspec = json.dumps(notebook_frame(release)["metadata"]["kernelspec"])
    session.flush()
    _source_cells(session, notebook.id, release)
    graded = _grade_cells(session, notebook.id, release)
    answered = _solution_cells(session, notebook.id, release)
    present = {*graded.values(), *answered.values()}
    worked_on = _retire(session, notebook.id, present, forget_removed)
    session.flush()
    _complete_submissions(session, notebook.id, graded, answered)
    rows = Rows(assignment.id, notebook.id, graded, answered, worked_on)
    return replace(rows, kept=(), forgotten=worked_on) if forget_removed else rows


def _source_cells(session: Session, notebook: str, release: ReleaseModel) -> None:
    known = {
        cell.name: cell
        for cell in session.scalars(select(SourceCell).where(SourceCell.notebook_id == notebook))
    }
    for cell in release.cells:
        row = known.pop(cell.grade_id, None)
        if row is None:
            row = SourceCell(name=cell.grade_id, notebook_id=notebook)
            session.add(row)
        row.cell_type = cell.cell_type
        row.locked = cell.locked
        row.source = cell.source
        row.checksum = nbgrader_metadata(cell, cell.source)["checksum"]
    for row in known.values():
        session.delete(row)


def _grade_cells(session: Session, notebook: str, release: ReleaseModel) -> dict[str, str]:
    known = {
        cell.name: cell
        for cell in session.scalars(select(GradeCell).where(GradeCell.notebook_id == notebook))
    }
    rows: dict[str, GradeCell] = {}
    for cell in release.cells:
        if cell.points is None:
            continue
        row = known.get(cell.grade_id)
        if row is None:
            row = GradeCell(name=cell.grade_id, notebook_id=notebook, max_score=cell.points)
            session.add(row)
        elif row.max_score != cell.points:
            _look_again(session, row.id)
        row.max_score = float(cell.points)
        row.cell_type = cell.cell_type
        rows[cell.grade_id] = row
    session.flush()
    return {name: row.id for name, row in rows.items()}


def _solution_cells(session: Session, notebook: str, release: ReleaseModel) -> dict[str, str]:
    known = {
        cell.name: cell
        for cell in session.scalars(
            select(SolutionCell).where(SolutionCell.notebook_id == notebook)
        )
    }
    rows: dict[str, SolutionCell] = {}
    for cell in release.cells:
        if not cell.locked:
            row = known.get(cell.grade_id)
            if row is None:
                row = SolutionCell(name=cell.grade_id, notebook_id=notebook)
                session.add(row)
            rows[cell.grade_id] = row
    session.flush()
    return {name: row.id for name, row in rows.items()}


def _look_again(session: Session, cell: str) -> None:
    for grade in session.scalars(select(Grade).where(Grade.cell_id == cell)):
        if given_by_person(grade):
            grade.needs_manual_grade = True


def given_by_person(grade: Grade) -> bool:
    """Whether a person has put a score or extra credit here."""
    return grade.manual_score is not None or bool(grade.extra_credit)


def _retire(
    session: Session, notebook: str, present: set[str], forget_removed: bool
) -> tuple[str, ...]:
    """Remove cells that the release no longer has, except what a person has worked on, unless that
    is to be forgotten; the grade ids of the latter."""
    worked_on = []
    for cell in session.scalars(select(BaseCell).where(BaseCell.notebook_id == notebook)).all():
        if cell.id in present:
            continue
        grades = session.scalars(select(Grade).where(Grade.cell_id == cell.id)).all()
        comments = session.scalars(select(Comment).where(Comment.cell_id == cell.id)).all()
        if any(map(given_by_person, grades)) or any(comment.manual_comment for comment in comments):
            worked_on.append(cell.name)
            if not forget_removed:
                continue
        session.execute(delete(Grade).where(Grade.cell_id == cell.id))
        session.execute(delete(Comment).where(Comment.cell_id == cell.id))
        session.expire(cell)
        session.delete(cell)
    return tuple(sorted(set(worked_on)))


def _complete_submissions(
    session: Session, notebook: str, graded: dict[str, str], answered: dict[str, str]
) -> None:
    """Give every submission the grades and comments that it lacks, all empty."""
    for kind, cells, empty in ((Grade, graded, empty_grade), (Comment, answered, empty_comment)):
        for cell in cells.values():
            lacking = (
                select(SubmittedNotebook.id)
                .outerjoin(
                    kind, and_(kind.notebook_id == SubmittedNotebook.id, kind.cell_id == cell)
                )
                .where(SubmittedNotebook.notebook_id == notebook, kind.id.is_(None))
            )
            session.add_all([empty(submitted, cell) for submitted in session.scalars(lacking)])


def empty_grade(submitted: str, cell: str) -> Grade:
    """A new row for a cell with points, of a submitted notebook."""
    return Grade(id=new_uuid(), cell_id=cell, notebook_id=submitted, needs_manual_grade=True)


def empty_comment(submitted: str, cell: str) -> Comment:
    """A new row for an answer, of a submitted notebook."""
    return Comment(id=new_uuid(), cell_id=cell, notebook_id=submitted)


def scored_cells(release: ReleaseModel) -> dict[PartKey, ReleaseCell]:
    """Of each part, the cell with its points."""
    return {
        cell.key: cell for cell in release.cells if cell.points is not None and cell.key is not None
    }
