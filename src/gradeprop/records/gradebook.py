"""nbgrader's gradebook: the one writer of scores, comments and autograded notebooks.

Order of writing: the database first, all of a submission in one transaction, then its file in
autograded/, and only then (by the caller) its result. Whoever is interrupted in between finds
`GradebookWriter.is_recorded` false and grades that submission again. What a person entered in formgrader
is never written, only read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.utils import parse_utc
from sqlalchemy import Engine, and_, delete, insert, select
from sqlalchemy.orm import Session

from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.grading.verdict import ExecutedCell, PartResult, SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.autograded import (
    autograded_folder,
    check_words,
    executed_cells,
    executed_notebook,
    write_autograded,
)
from gradeprop.records.gradebook_penalty import LatePenalty
from gradeprop.records.gradebook_rows import (
    Rows,
    empty_comments,
    empty_grades,
    given_by_person,
    prepare_rows,
    scored_cells,
)
from gradeprop.records.gradebook_schema import RECORDED, gradebook_url, open_engine, transaction
from gradeprop.records.gradebook_text import auto_comment
from gradeprop.records.submissions import TIMESTAMP

_MAX_ID = 128  # characters that nbgrader's database has for a student's id


def gradebook_id(student: str) -> str:
    """A student's id as the database can hold it: the folder's name, unless that is not Unicode or is
    longer than 128 characters."""
    name = student
    try:
        name.encode()
    except UnicodeEncodeError:
        name = quote(student, errors="surrogateescape")
    if len(name) > _MAX_ID:
        name = f"{name[:63]}-{hashlib.sha256(name.encode()).hexdigest()}"
    return name


class GradebookWriter:
    """Records the results of one assignment; a context manager.

    Entering creates the database if need be and brings the assignment's rows up to date, so that
    ``nbgrader generate_assignment`` is not needed before.

    Args:
        course: the course; its root is where autograded/ stands.
        release: the release model of the assignment.
        url: any SQLAlchemy URL; None for ``sqlite:///<root>/gradebook.db``.

    Attributes:
        notes: sentences for the instructor, about what could not be brought up to date.

    Raises:
        UsageError: the URL or nbgrader_config.py cannot be read.
        MissingFacility: a driver is missing, or the database belongs to another version of nbgrader.
        StorageError: the database cannot be used.
    """

    def __init__(self, course: Course, release: ReleaseModel, url: str | None = None) -> None:
        assignment = course.assignment(release.assignment)
        if assignment is None:
            raise UsageError(f"the course has no assignment {release.assignment!r}")
        self._course, self._assignment, self._release = course, assignment, release
        self._root = Path(course.root)
        self._url = gradebook_url(self._root, url)
        self._scored = scored_cells(release)
        self._answers = {key: cell.grade_id for key, cell in release.answers().items()}
        self._words = check_words(assignment)
        self._engine: Engine | None = None
        self._rows: Rows | None = None

    def __enter__(self) -> Self:
        self._engine = open_engine(self._url)
        self._rows = transaction(
            self._engine,
            lambda session: prepare_rows(
                session, self._course.spec.id, self._release, self._assignment.spec.due
            ),
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @property
    def notes(self) -> tuple[str, ...]:
        kept = self.rows.kept
        if not kept:
            return ()
        return (
            f"The course no longer has {', '.join(sorted(set(kept)))}, but a person has graded or commented"
            " it: its points stay in the gradebook.",
        )

    @property
    def rows(self) -> Rows:
        assert self._rows is not None, "use it as a context manager"
        return self._rows

    @cached_property
    def _penalty(self) -> LatePenalty:
        return LatePenalty(self._root)

    def record(self, result: SubmissionResult, submitted: Path) -> Path:
        """Record one result in the database and in autograded/; return the notebook written.

        Args:
            result: with its executed cells.
            submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.

        Raises:
            StorageError: the database or the folder cannot be written; neither has half of it.
        """
        notebook = self.save(result, submitted)
        folder = autograded_folder(self._root, gradebook_id(result.student), result.assignment)
        return write_autograded(folder, result.assignment, notebook, submitted)

    def save(self, result: SubmissionResult, submitted: Path) -> bytes:
        """The database's half of `record`; the notebook that belongs into autograded/ is returned."""
        assert self._engine is not None, "use it as a context manager"
        cells = executed_cells(result, submitted, self._release)
        notebook = executed_notebook(result, cells, self._release, self._assignment)
        timestamp = _timestamp(submitted / TIMESTAMP)
        transaction(self._engine, lambda session: self._save(session, result, cells, notebook, timestamp))
        return notebook

    def is_recorded(self, student: str) -> bool:
        """Whether the database holds this student's submission and autograded/ the very notebook that
        was recorded with it."""
        assert self._engine is not None, "use it as a context manager"
        assignment = self._release.assignment
        folder = autograded_folder(self._root, gradebook_id(student), assignment)
        return is_recorded(self._engine, assignment, student, folder / f"{assignment}.ipynb")

    # --- one transaction ----------------------------------------------------------------------------

    def _save(
        self,
        session: Session,
        result: SubmissionResult,
        cells: Sequence[ExecutedCell],
        notebook: bytes,
        timestamp: datetime | None,
    ) -> None:
        submission, submitted = self._submission(session, gradebook_id(result.student))
        submission.timestamp = timestamp
        # One flush at the end, of a kind of rows at a time, takes half as long as many.
        with session.no_autoflush:
            grades, comments, seen = self._rows_of(session, submitted)
        sources = {cell.grade_id: cell.source for cell in cells}
        now = {submitted.id: _digest(notebook)}
        for exercise in result.exercises:
            for part in exercise.parts:
                key = (exercise.exercise, part.part)
                if key not in self._scored:  # a result of an older course
                    continue
                answer = _digest((sources.get(self._answers[key]) or "").encode("utf-8", "replace"))
                grade = grades[self.rows.graded[self._scored[key].grade_id]]
                _set_score(grade, part, unchanged=seen.get(grade.id) == answer)
                now[grade.id] = answer
                words = {check: text for (of, check), text in self._words.items() if of == key}
                comments[self.rows.answered[self._answers[key]]].auto_comment = auto_comment(
                    part, result, words
                )
        self._set_penalty(session, submission, submitted, grades)
        _remember(session, now)

    def _submission(self, session: Session, student: str) -> tuple[SubmittedAssignment, SubmittedNotebook]:
        """The student's rows, made if there are none."""
        query = (
            select(SubmittedAssignment, SubmittedNotebook)
            .outerjoin(
                SubmittedNotebook,
                and_(
                    SubmittedNotebook.assignment_id == SubmittedAssignment.id,
                    SubmittedNotebook.notebook_id == self.rows.notebook,
                ),
            )
            .where(
                SubmittedAssignment.assignment_id == self.rows.assignment,
                SubmittedAssignment.student_id == student,
            )
        )
        submission, submitted = session.execute(query).one_or_none() or (None, None)
        if submission is None:
            if session.get(Student, student) is None:
                session.add(Student(id=student))
            submission = SubmittedAssignment(
                id=new_uuid(), assignment_id=self.rows.assignment, student_id=student
            )
            session.add(submission)
        if submitted is None:
            submitted = SubmittedNotebook(
                id=new_uuid(), assignment_id=submission.id, notebook_id=self.rows.notebook
            )
            session.add(submitted)
        return submission, submitted

    def _rows_of(
        self, session: Session, submitted: SubmittedNotebook
    ) -> tuple[dict[str, Grade], dict[str, Comment], dict[str, str]]:
        """Grades and comments of a submitted notebook by cell, those that it lacks made, and by id the
        digests of what was recorded last."""
        grades: list[Grade] = []
        comments: list[Comment] = []
        seen: dict[str, str] = {}
        if submitted not in session.new:
            grades += session.scalars(select(Grade).where(Grade.notebook_id == submitted.id))
            comments += session.scalars(select(Comment).where(Comment.notebook_id == submitted.id))
            known = [submitted.id, *(grade.id for grade in grades)]
            query = select(RECORDED.c.id, RECORDED.c.digest).where(RECORDED.c.id.in_(known))
            seen = {row.id: row.digest for row in session.execute(query)}
        graded = {grade.cell_id for grade in grades}
        answered = {comment.cell_id for comment in comments}
        more = empty_grades(submitted.id, [cell for cell in self.rows.graded.values() if cell not in graded])
        others = empty_comments(
            submitted.id, [cell for cell in self.rows.answered.values() if cell not in answered]
        )
        session.add_all([*more, *others])
        return (
            {grade.cell_id: grade for grade in (*grades, *more)},
            {comment.cell_id: comment for comment in (*comments, *others)},
            seen,
        )

    def _set_penalty(
        self,
        session: Session,
        submission: SubmittedAssignment,
        submitted: SubmittedNotebook,
        grades: Mapping[str, Grade],
    ) -> None:
        late = 0.0
        due = None
        if submission.timestamp is not None:
            due = session.scalar(select(Assignment.duedate).where(Assignment.id == self.rows.assignment))
        if due is not None and submission.timestamp is not None:
            if submission.extension is not None:
                due += submission.extension
            late = (submission.timestamp - due).total_seconds()
        submitted.late_submission_penalty = (
            self._penalty.points(submission.student_id, sum(map(_points, grades.values())), late)
            if late > 0
            else None
        )


def is_recorded(engine: Engine, assignment: str, student: str, notebook: Path) -> bool:
    """Whether the file is the very notebook that was recorded with this student's submission."""
    try:
        found = _digest(notebook.read_bytes())
    except OSError:
        return False
    query = (
        select(RECORDED.c.digest)
        .join(SubmittedNotebook, SubmittedNotebook.id == RECORDED.c.id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(
            Assignment.name == assignment,
            Notebook.name == assignment,
            SubmittedAssignment.student_id == gradebook_id(student),
        )
    )
    return transaction(engine, lambda session: session.scalar(query)) == found


def _set_score(grade: Grade, part: PartResult, *, unchanged: bool) -> None:
    """Write the automatic score; say whether a person must look (again).

    What a person has given stands. It is to be looked at again if the answer it was given for, or the
    automatic score beside it, is another one now.
    """
    score = None if part.kind == "explanation" else part.score
    if given_by_person(grade):
        if not unchanged or grade.auto_score != score:
            grade.needs_manual_grade = True
    else:
        grade.needs_manual_grade = score is None
    grade.auto_score = score


def _points(grade: Grade) -> float:
    """As nbgrader counts: a person's score before the automatic one, and extra credit if there is a score."""
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if score is None else float(score) + float(grade.extra_credit or 0.0)


def _remember(session: Session, digests: Mapping[str, str]) -> None:
    session.execute(delete(RECORDED).where(RECORDED.c.id.in_(digests)))
    session.execute(insert(RECORDED), [{"id": key, "digest": value} for key, value in digests.items()])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _timestamp(path: Path) -> datetime | None:
    """When it was handed in, UTC without a zone as nbgrader keeps it; None if that is not known."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        return parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None
