"""Scores and comments of many submissions into nbgrader's tables, in one transaction.

A group at a time: a transaction, its queries and its flush cost as much for fifty submissions as
for one, and the process that records shares the processors with those that grade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.verdict import PartResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.autograded import check_words
from gradeprop.records.gradebook.entry import Entry
from gradeprop.records.gradebook.lateness import extension_from
from gradeprop.records.gradebook.rows import (
    Rows,
    empty_comment,
    empty_grade,
    given_by_person,
    scored_cells,
)
from gradeprop.records.gradebook.schema import RECORDED
from gradeprop.records.gradebook.tables import (
    Assignment,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from gradeprop.records.gradebook.text import auto_comment

Penalty: TypeAlias = Callable[[str, float, float], float | None]
"""Points to take off, by student, points earned and seconds late."""

_Row: TypeAlias = Student | SubmittedAssignment | SubmittedNotebook | Grade | Comment


@dataclass(frozen=True)
class _Submitted:
    """The rows of one submission."""

    assignment: SubmittedAssignment
    notebook: SubmittedNotebook


@dataclass(frozen=True)
class _Cells:
    """The rows of one notebook's cells, by cell; ``new``: those of them that had to be made."""

    grades: Mapping[str, Grade]
    comments: Mapping[str, Comment]
    new: Sequence[_Row]


@dataclass(frozen=True)
class _Recorded:
    """What is in the tables: by notebook and cell, grades and comments; by id, the digest of what
    was recorded last."""

    grades: Mapping[str, Mapping[str, Grade]]
    comments: Mapping[str, Mapping[str, Comment]]
    seen: Mapping[str, str]


@dataclass(frozen=True)
class _Part:
    """Where a part stands: the ids of its cells in the tables, the grade id of its answer, and by
    check, what it checks, in the student's words."""

    grade: str
    comment: str
    answer: str
    words: Mapping[str, str]


class EntrySaver:
    """Saves submissions of one assignment.

    Args:
        rows: of the assignment, up to date.
        penalty: the course's rule.
        extensions: by student, until when, of extensions.csv; with a time zone.
    """

    def __init__(
        self,
        rows: Rows,
        release: ReleaseModel,
        assignment: LoadedAssignment,
        penalty: Penalty,
        extensions: Mapping[str, datetime],
    ) -> None:
        self._rows, self._penalty = rows, penalty
        self._extensions = {gradebook_id(name): until for name, until in extensions.items()}
        answers = {key: cell.grade_id for key, cell in release.answers().items()}
        words: dict[PartKey, dict[str, str]] = {}
        for (key, check), text in check_words(assignment).items():
            words.setdefault(key, {})[check] = text
        self._parts = {
            key: _Part(
                rows.graded[cell.grade_id],
                rows.answered[answers[key]],
                answers[key],
                words.get(key, {}),
            )
            for key, cell in scored_cells(release).items()
        }

    def save(self, session: Session, entries: Iterable[Entry]) -> None:
        """Write scores and comments; what a person has entered is only read."""
        # In one order, whoever writes: two that each wait for a row of the other's would wait for
        # ever.
        waiting = dict(sorted((gradebook_id(entry.result.student), entry) for entry in entries))
        submitted, new = self._submitted(session, list(waiting))
        made = {row.id for row in new}
        known = [mine.notebook.id for mine in submitted.values() if mine.notebook.id not in made]
        recorded = _recorded(session, known)
        cells = {student: self._cells(mine, recorded) for student, mine in submitted.items()}
        due = session.scalar(
            select(Assignment.duedate).where(Assignment.id == self._rows.assignment)
        )
        now: dict[str, str] = {}
        for student, entry in waiting.items():
            mine = submitted[student]
            mine.assignment.timestamp = entry.timestamp
            now |= self._set_parts(mine, cells[student], entry, recorded.seen)
            if due is not None and student in self._extensions:
                mine.assignment.extension = extension_from(self._extensions[student], due)
            late = _seconds_late(entry.timestamp, due, mine.assignment.extension)
            earned = sum(map(_points, cells[student].grades.values()))
            mine.notebook.late_submission_penalty = (
                self._penalty(student, earned, late) if late > 0 else None
            )
        for filled in cells.values():
            new += filled.new
        _insert(session, new)
        seen = recorded.seen
        _remember(session, {key: value for key, value in now.items() if seen.get(key) != value})

    def _submitted(
        self, session: Session, students: Sequence[str]
    ) -> tuple[dict[str, _Submitted], list[_Row]]:
        """By student, the rows of submission and notebook; and which of them have to be made."""
        query = (
            select(SubmittedAssignment, SubmittedNotebook)
            .outerjoin(
                SubmittedNotebook,
                and_(
                    SubmittedNotebook.assignment_id == SubmittedAssignment.id,
                    SubmittedNotebook.notebook_id == self._rows.notebook,
                ),
            )
            .where(
                SubmittedAssignment.assignment_id == self._rows.assignment,
                SubmittedAssignment.student_id.in_(students),
            )
        )
        found = {row.student_id: (row, notebook) for row, notebook in session.execute(query)}
        absent = [student for student in students if student not in found]
        known = set(session.scalars(select(Student.id).where(Student.id.in_(absent))))
        new: list[_Row] = [Student(id=student) for student in absent if student not in known]
        submitted = {}
        for student in students:
            assignment, notebook = found.get(student, (None, None))
            if assignment is None:
                assignment = SubmittedAssignment(
                    id=new_uuid(), assignment_id=self._rows.assignment, student_id=student
                )
                new.append(assignment)
            if notebook is None:
                notebook = SubmittedNotebook(
                    id=new_uuid(), assignment_id=assignment.id, notebook_id=self._rows.notebook
                )
                new.append(notebook)
            submitted[student] = _Submitted(assignment, notebook)
        return submitted, new

    def _cells(self, mine: _Submitted, recorded: _Recorded) -> _Cells:
        """The grades and comments of one notebook; those that are lacking are made."""
        notebook = mine.notebook.id
        grades = dict(recorded.grades.get(notebook, {}))
        comments = dict(recorded.comments.get(notebook, {}))
        new: list[_Row] = []
        for cell in self._rows.graded.values():
            if cell not in grades:
                grades[cell] = empty_grade(notebook, cell)
                new.append(grades[cell])
        for cell in self._rows.answered.values():
            if cell not in comments:
                comments[cell] = empty_comment(notebook, cell)
                new.append(comments[cell])
        return _Cells(grades, comments, new)

    def _set_parts(
        self, mine: _Submitted, cells: _Cells, entry: Entry, seen: Mapping[str, str]
    ) -> dict[str, str]:
        """Set scores and comments; return, by id, what is to be remembered of them."""
        now = {mine.notebook.id: entry.notebook}
        for key, part in entry.result.parts():
            place = self._parts.get(key)
            if place is None:  # a result of an older course
                continue
            grade, answer = cells.grades[place.grade], entry.answers.get(place.answer, "")
            _set_score(grade, part, unchanged=seen.get(grade.id) == answer)
            now[grade.id] = answer
            comment = auto_comment(part, entry.result, place.words)
            cells.comments[place.comment].auto_comment = comment
        return now


def _recorded(session: Session, notebooks: Sequence[str]) -> _Recorded:
    grades: dict[str, dict[str, Grade]] = defaultdict(dict)
    comments: dict[str, dict[str, Comment]] = defaultdict(dict)
    if not notebooks:
        return _Recorded(grades, comments, {})
    for grade in session.scalars(select(Grade).where(Grade.notebook_id.in_(notebooks))):
        grades[grade.notebook_id][grade.cell_id] = grade
    for comment in session.scalars(select(Comment).where(Comment.notebook_id.in_(notebooks))):
        comments[comment.notebook_id][comment.cell_id] = comment
    ids = [grade.id for of_notebook in grades.values() for grade in of_notebook.values()]
    query = select(RECORDED.c.id, RECORDED.c.digest).where(RECORDED.c.id.in_([*notebooks, *ids]))
    return _Recorded(grades, comments, {row.id: row.digest for row in session.execute(query)})


def _set_score(grade: Grade, part: PartResult, *, unchanged: bool) -> None:
    """Write the automatic score; say whether a person must look (again).

    What a person has given stands. It is to be looked at again if the answer it was given for, or
    the automatic score beside it, is another one now."""
    score = None if part.kind == "explanation" else part.score
    if given_by_person(grade):
        if not unchanged or grade.auto_score != score:
            grade.needs_manual_grade = True
    else:
        grade.needs_manual_grade = score is None
    grade.auto_score = score


def _points(grade: Grade) -> float:
    """As nbgrader counts: a person's score before the automatic one, and extra credit if there is a
    score."""
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if score is None else float(score) + float(grade.extra_credit or 0.0)


def _seconds_late(
    handed_in: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    if handed_in is None or due is None:
        return 0.0
    return (handed_in - due - (extension or timedelta(0))).total_seconds()


def _insert(session: Session, new: Sequence[_Row]) -> None:
    """Insert these rows, a table at a time, in the order in which rows refer to each other.

    The session does not get to know them: its book-keeping for each would take longer than all the
    rest."""
    for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment):
        rows = [_values(row) for row in new if isinstance(row, kind)]
        if rows:
            session.execute(insert(kind).execution_options(render_nulls=True), rows)


def _values(row: _Row) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}


def _remember(session: Session, digests: Mapping[str, str]) -> None:
    if digests:
        session.execute(delete(RECORDED).where(RECORDED.c.id.in_(digests)))
        session.execute(
            insert(RECORDED), [{"id": key, "digest": value} for key, value in digests.items()]
        )
