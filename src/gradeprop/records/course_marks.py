"""Everybody's marks in all assignments of a course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gradeprop.course.course_spec import AssignmentSpec
from gradeprop.course.dates import moment
from gradeprop.course.model import Course
from gradeprop.records.course_total import AssignmentMark, State, StudentTotal
from gradeprop.records.files.extensions import extensions_of
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import result_path
from gradeprop.records.gradebook.given import Person
from gradeprop.records.marks import ClassMarks, Marks, class_marks, named


@dataclass(frozen=True)
class CourseMarks:
    """Everybody who has a result in any assignment, in the order of their ids.

    Attributes:
        course: its id.
        assignments: their ids, in the course's order.
        notes: sentences for an instructor, without a full stop.
    """

    course: str
    assignments: tuple[str, ...]
    students: tuple[StudentTotal, ...]
    notes: tuple[str, ...] = ()


def course_marks(course: Course, submitted: Path, now: datetime) -> CourseMarks:
    """The marks of all assignments.

    Args:
        submitted: the folder of hand-ins: who has one there and no result is not graded yet.
        now: decides what was due; with a time zone.

    Raises:
        UsageError: the gradebook's URL, extensions.csv or groups.csv cannot be read.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    classes = [
        _Class(Path(course.root), class_marks(course, item), submitted, now)
        for item in course.assignments
    ]
    ids: set[str] = set()
    for item in classes:
        ids.update(item.by_student)
    students = tuple(_total(student, classes) for student in sorted(ids))
    notes: list[str] = []
    for item in classes:
        said = (*item.marks.notes, *_about(item, students))
        notes += (f"{item.spec.id}: {note}" for note in said)
    names = tuple(item.spec.id for item in classes)
    return CourseMarks(course.spec.id, names, students, tuple(notes))


class _Class:
    """The marks of one assignment, and what becomes of those who have none."""

    def __init__(self, root: Path, marks: ClassMarks, submitted: Path, now: datetime) -> None:
        self._root, self._submitted, self._now = root, submitted, now
        self.marks = marks
        self._extensions = extensions_of(root, marks.assignment.id)
        self.by_student = {item.result.student: item for item in marks.students}

    @property
    def spec(self) -> AssignmentSpec:
        return self.marks.assignment.spec

    def mark(self, student: str) -> AssignmentMark:
        marks = self.by_student.get(student)
        if marks is not None:
            return self._made(_with_result(marks), marks.score, marks.max_score)
        state = self._without_result(student)
        score = 0.0 if state == "missed" else None
        return self._made(state, score, self.marks.assignment.points)

    def _made(self, state: State, score: float | None, most: float) -> AssignmentMark:
        known: State = state if most else "without_points"
        return AssignmentMark(self.spec.id, self.spec.weight, known, score, most)

    def _without_result(self, student: str) -> State:
        if self._handed_in(student):
            return "ungraded"
        if not self.marks.students:
            return "unreleased" if self._unreleased else "ungraded"
        return "missed" if self._past_due(student) else "expected"

    def _handed_in(self, student: str) -> bool:
        """Whether there is any trace of a hand-in: then its mark is lacking, and is no 0."""
        return (
            student in self.marks.without_result
            or self.marks.together.handed_in(self._submitted, student, self.spec.id)
            or result_path(self._root, self.spec.id, student).exists()  # one that is unreadable
        )

    def _past_due(self, student: str) -> bool:
        if self.spec.due is None:
            return False
        due = moment(self.spec.due)
        return max(due, self._extensions.get(student, due)) < self._now

    @property
    def _unreleased(self) -> bool:
        return self.spec.release is not None and self._now.astimezone().date() < self.spec.release


def _with_result(marks: Marks) -> State:
    states: dict[str | None, State] = {
        None: "graded",
        "group": "group",
        "person": "waiting",
        "grader": "fault",
    }
    return states[marks.awaits]


def _total(student: str, classes: Sequence[_Class]) -> StudentTotal:
    known = [item.by_student[student].person for item in classes if student in item.by_student]
    person = next((item for item in known if item != Person()), Person())
    marks = tuple(item.mark(student) for item in classes)
    return StudentTotal(student, person, marks)


def _about(item: _Class, students: Sequence[StudentTotal]) -> Iterator[str]:
    """What an instructor should know of those who have no result."""
    name = item.spec.id
    if not students:
        return
    if not item.marks.students:
        yield "There are no results yet, so it does not count yet for anybody"
        return
    missed = [shown_id(student.id) for student in students if name in student.missed]
    if missed:
        yield f"Not handed in by the due date, so counted as 0: {named(missed)}"
    if item.spec.due is None:
        absent = [shown_id(student.id) for student in students if _is_expected(student, name)]
        if absent:
            yield (
                "Not handed in, but without a due date in course.yaml this does not count as 0: "
                f"{named(absent)}"
            )


def _is_expected(student: StudentTotal, assignment: str) -> bool:
    return any(
        mark.assignment == assignment and mark.state == "expected" for mark in student.assignments
    )
