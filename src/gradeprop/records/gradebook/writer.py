"""nbgrader's gradebook: the one writer of automatic scores and comments.

What a person entered in formgrader is never written, only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.door import Refused
from gradeprop.records.files.executed import executed_bytes, executed_notebook
from gradeprop.records.files.extensions import extensions_of
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.entry import Entry, digest
from gradeprop.records.gradebook.lateness import Times, extension_from
from gradeprop.records.gradebook.penalty import LatePenalty
from gradeprop.records.gradebook.people import put_people
from gradeprop.records.gradebook.preparing import Preparer
from gradeprop.records.gradebook.roster import read_roster
from gradeprop.records.gradebook.rows import Rows, prepare_rows
from gradeprop.records.gradebook.save import EntrySaver
from gradeprop.records.gradebook.schema import RECORDED, gradebook_url, open_engine, transaction
from gradeprop.records.gradebook.tables import (
    Assignment,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from gradeprop.records.gradebook.twins import tells_all_apart, twins


class GradebookWriter:
    """Records the results of one assignment; a context manager.

    Entering creates the database if need be and brings the assignment's rows up to date, so that
    ``nbgrader generate_assignment`` is not needed before.

    Args:
        course: the course; its root is where autograded/ stands.
        release: the release model of the assignment.
        url: any SQLAlchemy URL; None for ``sqlite:///<root>/gradebook.db``.
        forget_removed: remove what people gave and wrote for parts that the course no longer has.

    Attributes:
        notes: sentences for the instructor, about what could not be brought up to date.

    Raises:
        UsageError: the URL, nbgrader_config.py or roster.csv cannot be read.
        MissingFacility: a driver is missing, or the database belongs to another version of
            nbgrader.
        StorageError: the database cannot be used.
    """

    def __init__(
        self,
        course: Course,
        release: ReleaseModel,
        url: str | None = None,
        *,
        forget_removed: bool = False,
    ) -> None:
        assignment = course.assignment(release.assignment)
        if assignment is None:
            raise UsageError(f"the course has no assignment {release.assignment!r}")
        self._course, self._assignment, self._release = course, assignment, release
        self._root = Path(course.root)
        self._forget_removed = forget_removed
        self._url = gradebook_url(self._root, url)
        self._preparer = Preparer(release, assignment)
        self._engine: Engine | None = None
        self._rows: Rows | None = None

    def __enter__(self) -> Self:
        people = read_roster(self._root) or {}
        self._engine = open_engine(self._url)

        def prepared(session: Session) -> Rows:
            put_people(session, people)
            return prepare_rows(
                session,
                self._course.spec.id,
                self._release,
                self._assignment.spec.due,
                forget_removed=self._forget_removed,
            )

        self._rows = transaction(self._engine, prepared)
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
        notes = []
        if self.rows.kept:
            command = f"gradeprop grade {self._assignment.id} --forget-removed"
            notes.append(
                f"The course no longer has {', '.join(self.rows.kept)}, but a person has graded or "
                "commented it: its points stay in the gradebook and count. Named as before, it has "
                f"them again; `{command}` removes them."
            )
        if self.rows.forgotten:
            notes.append(
                "Removed from the gradebook, with what people gave and wrote for it: "
                f"{', '.join(self.rows.forgotten)}."
            )
        return tuple(notes)

    @property
    def rows(self) -> Rows:
        assert self._rows is not None, "use it as a context manager"
        return self._rows

    @cached_property
    def _late(self) -> LatePenalty:
        return LatePenalty(self._root)

    @cached_property
    def _saver(self) -> EntrySaver:
        def penalty(student: str, score: float, seconds_late: float) -> float | None:
            return self._late.points(student, score, seconds_late)

        extensions = extensions_of(self._root, self._release.assignment)
        return EntrySaver(self.rows, self._release, self._assignment, penalty, extensions)

    def prepared(self, result: SubmissionResult, submitted: Path) -> tuple[Entry, bytes]:
        """What to `save` of a submission, and the notebook that belongs into autograded/ with it.

        Args:
            result: with its executed cells.
            submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.
        """
        return self._preparer.prepared(result, submitted)

    def save(self, entries: Sequence[Entry]) -> None:
        """Record submissions: all of them, or where it fails, none.

        Raises:
            StorageError: the database cannot be written.
        """
        transaction(self._opened, lambda session: self._saver.save(session, entries))

    def twins(self, students: Iterable[str]) -> list[tuple[str, ...]]:
        """Groups of students, among these and those in the database, whom it takes for one."""
        backend = self._opened.url.get_backend_name()
        everybody = dict.fromkeys(students)
        if not tells_all_apart(backend):
            ours = {gradebook_id(student) for student in everybody}
            known = transaction(
                self._opened, lambda session: session.scalars(select(Student.id)).all()
            )
            everybody |= dict.fromkeys(name for name in known if name not in ours)
        return twins(everybody, backend)

    def times(self) -> Times:
        """When it was due for whom: the gradebook's extensions, and before them those of
        extensions.csv.

        Raises:
            UsageError: extensions.csv cannot be read.
        """

        def read(session: Session) -> Times:
            due = session.scalar(
                select(Assignment.duedate).where(Assignment.id == self.rows.assignment)
            )
            given = session.execute(
                select(SubmittedAssignment.student_id, SubmittedAssignment.extension).where(
                    SubmittedAssignment.assignment_id == self.rows.assignment,
                    SubmittedAssignment.extension.is_not(None),
                )
            ).all()
            found: dict[str, timedelta] = dict(given)
            if due is not None:
                for student, until in extensions_of(self._root, self._release.assignment).items():
                    found[gradebook_id(student)] = extension_from(until, due)
            return Times(due, found)

        return transaction(self._opened, read)

    def recorded(self, students: Iterable[str]) -> set[str]:
        """Of these students, those whose submission the database holds, with the very notebook that
        stands in autograded/."""
        assignment = self._release.assignment
        known = _digests(self._opened, _recorded(assignment))
        keys = {student: gradebook_id(student) for student in students}
        return {
            student
            for student, key in keys.items()
            if _is_notebook(executed_notebook(self._root, student, assignment), known.get(key))
        }

    @property
    def _opened(self) -> Engine:
        assert self._engine is not None, "use it as a context manager"
        return self._engine


def is_recorded(engine: Engine, assignment: str, student: str, notebook: Path) -> bool:
    """Whether the file is the very notebook that was recorded with this student's submission."""
    key = gradebook_id(student)
    query = _recorded(assignment).where(SubmittedAssignment.student_id == key)
    return _is_notebook(notebook, _digests(engine, query).get(key))


def _is_notebook(path: Path, recorded: str | None) -> bool:
    """Whether there is a file of this digest."""
    try:
        return recorded is not None and digest(executed_bytes(path)) == recorded
    except Refused:
        return False


def _digests(engine: Engine, query: Select[str, str]) -> dict[str, str]:
    return transaction(engine, lambda session: dict(session.execute(query).all()))


def _recorded(assignment: str) -> Select[str, str]:
    return (
        select(SubmittedAssignment.student_id, RECORDED.c.digest)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(RECORDED, RECORDED.c.id == SubmittedNotebook.id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(Assignment.name == assignment, Notebook.name == assignment)
    )
