"""The answers that a person marks, out of nbgrader's gradebook, and their marks back into it.

What is written is what formgrader writes: the manual score, the manual comment and whether a person
must still look. So both can be used in turn."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gradeprop.course.gradeids import part_ids
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, ExplanationPart, LoadedAssignment
from gradeprop.errors import StorageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.answers import Answers
from gradeprop.records.files.names import gradebook_id, shown_id
from gradeprop.records.files.results import read_results
from gradeprop.records.gradebook.schema import RECORDED, gradebook_url, open_engine, transaction
from gradeprop.records.gradebook.tables import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    SubmittedAssignment,
    SubmittedNotebook,
)
from gradeprop.records.gradebook.text import shown_text
from gradeprop.records.marking.queue import Given, Item, given
from gradeprop.records.marks import named


@dataclass(frozen=True)
class _Row:
    """One grade of one student as it is in the database."""

    id: str
    score: float | None
    comment: str
    needed: bool
    answer: str | None


class MarkingBook:
    """The explanations of one assignment; a context manager.

    Args:
        parts: the parts to mark.
        submitted: where the hand-ins are, for answers that are not in autograded/.

    Attributes:
        notes: sentences for the instructor, after `answers`.
        changed: the ids of items whose answer became another one before their mark was saved.

    Raises:
        UsageError, MissingFacility, StorageError: the gradebook cannot be used.
    """

    def __init__(
        self,
        course: Course,
        assignment: LoadedAssignment,
        parts: dict[PartKey, ExplanationPart],
        submitted: Path,
    ) -> None:
        self._course, self._assignment, self._parts = course, assignment, parts
        self._answers = Answers(course, assignment, submitted)
        self._url = gradebook_url(Path(course.root), course.spec.gradebook)
        self._engine: Engine | None = None
        self.notes: tuple[str, ...] = ()
        self.changed: set[str] = set()

    def __enter__(self) -> Self:
        self._engine = open_engine(self._url)
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

    def answers(self) -> tuple[list[Item], list[Given]]:
        """All answers and what they were given: part by part, and within a part in an order that is
        always the same but tells nothing about who wrote them."""
        results, _ = read_results(Path(self._course.root), self._assignment.id)
        rows = transaction(self._opened, self._read)
        absent = [item.student for item in results if gradebook_id(item.student) not in rows]
        if absent:
            names = named([shown_id(student) for student in absent])
            self.notes = (f"Not in the gradebook, left out (grade them again): {names}",)
        known = [
            (result, found)
            for result in results
            if (found := rows.get(gradebook_id(result.student)))
        ]
        written = {result.student: self._answers.of(result) for result, _ in known}
        items, marks = [], []
        for key, part in self._parts.items():
            for result, found in sorted(known, key=lambda pair: _order(pair[0].student, key)):
                row = found.get(key)
                if row is None:
                    continue
                answer = written[result.student].get(key)
                text = shown_text(answer.source) if answer is not None else None
                items.append(Item(row.id, key, text, _note(result, key), row.answer))
                marks.append(given(part, row.score, row.comment, needed=row.needed))
        return items, marks

    def save(self, pairs: Sequence[tuple[Item, Given]]) -> int:
        """Write marks, all or none; but none for an answer that is not the one that was shown any
        more. Returns how many those are.

        Raises:
            StorageError: the database refuses, or an answer is no longer in it.
        """
        changed = transaction(self._opened, lambda session: self._write(session, pairs))
        self.changed |= changed
        return len(changed)

    @property
    def _opened(self) -> Engine:
        assert self._engine is not None, "use it as a context manager"
        return self._engine

    def _read(self, session: Session) -> dict[str, dict[PartKey, _Row]]:
        """By the gradebook's student id and part."""
        names = {part_ids(*key).answer: key for key in self._parts}
        found: dict[str, dict[PartKey, _Row]] = {}
        grades = session.execute(
            select(
                SubmittedAssignment.student_id,
                SubmittedNotebook.id,
                BaseCell.name,
                Grade,
                RECORDED.c.digest,
            )
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .outerjoin(RECORDED, RECORDED.c.id == Grade.id)
            .where(Assignment.name == self._assignment.id, BaseCell.name.in_(names))
        ).all()
        notebooks = {row[1] for row in grades}
        written = session.execute(
            select(Comment.notebook_id, BaseCell.name, Comment.manual_comment)
            .join(BaseCell, BaseCell.id == Comment.cell_id)
            .where(
                Comment.notebook_id.in_(notebooks),
                BaseCell.name.in_(names),
                Comment.manual_comment.is_not(None),
            )
        )
        comments = {(notebook, name): text for notebook, name, text in written}
        for student, notebook, name, grade, answer in grades:
            score = None if grade.manual_score is None else float(grade.manual_score)
            row = _Row(
                grade.id,
                score,
                comments.get((notebook, name), ""),
                bool(grade.needs_manual_grade),
                answer,
            )
            found.setdefault(student, {})[names[name]] = row
        return found

    def _write(self, session: Session, pairs: Sequence[tuple[Item, Given]]) -> set[str]:
        """Returns the items whose answer is another one now: their marks are not written."""
        changed = set()
        for item, mark in pairs:
            part = self._parts[item.part]
            grade = session.get(Grade, item.id)
            if grade is None:
                raise StorageError(
                    "an answer is no longer in the gradebook",
                    remedy="grade the assignment again, then go on marking",
                )
            now = session.scalar(select(RECORDED.c.digest).where(RECORDED.c.id == item.id))
            if now != item.answer:
                changed.add(item.id)
                continue
            grade.manual_score = mark.score(part)
            grade.needs_manual_grade = mark.standing != "marked"
            comment = session.scalar(
                select(Comment)
                .join(BaseCell, BaseCell.id == Comment.cell_id)
                .where(
                    Comment.notebook_id == grade.notebook_id,
                    BaseCell.name == part_ids(*item.part).answer,
                )
            )
            if comment is not None:
                comment.manual_comment = mark.text(part) or None
        return changed


def _order(student: str, key: PartKey) -> bytes:
    return hashlib.sha256("\0".join((*key, student)).encode("utf-8", "surrogateescape")).digest()


def _note(result: SubmissionResult, key: PartKey) -> str | None:
    if result.status == "ungradable":
        return f"The notebook could not be read: {result.message}"
    part = dict(result.parts()).get(key)
    return part.message if part else None
