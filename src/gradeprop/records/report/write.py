"""``reports/<assignment>.html`` and ``reports/course.html``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.answers import Answers
from gradeprop.records.enrolment import enrolled_in, names_of
from gradeprop.records.feedback.path import feedback_path
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.executed import executed_notebook
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.gradebook.given import Person
from gradeprop.records.marks import ClassMarks, class_marks
from gradeprop.records.report.class_figures import ClassFigures, class_figures
from gradeprop.records.report.course_figures import CourseFigures
from gradeprop.records.report.history import History
from gradeprop.records.report.map import misconception_map
from gradeprop.records.report.page import Links, class_page, course_page
from gradeprop.records.report.people import People, anonymous, by_id

__all__ = [
    "Desk",
    "ReportedClass",
    "desk",
    "reported",
    "write_class",
    "write_course",
]


@dataclass(frozen=True)
class Desk:
    """What all reports of a course share.

    Attributes:
        submitted: the folder of hand-ins.
        everybody: ids of the whole class, as folders and the gradebook have them.
        names: by which they could be known in an answer.
    """

    course: Course
    submitted: Path
    everybody: tuple[str, ...]
    people: People
    past: History
    now: datetime
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportedClass:
    """An assignment's marks and figures."""

    marks: ClassMarks
    figures: ClassFigures
    results: tuple[SubmissionResult, ...] = field(repr=False)


def desk(course: Course, submitted: Path, past: History, now: datetime, key: bytes | None) -> Desk:
    """Find out who is in the class.

    Args:
        past: of the whole course.
        now: with a time zone.
        key: the course key, where the reports are to be anonymous.

    Raises:
        MissingFacility, StorageError, UsageError: there is a gradebook, but it cannot be used.
    """
    known = enrolled_in(Path(course.root), course)
    folders = student_folders(submitted) if submitted.is_dir() else []
    here = {*folders, *past.students}
    in_gradebook = {gradebook_id(student): student for student in here}
    everybody = tuple(sorted(here | {name for name in known if name not in in_gradebook}))
    if key is not None:
        people = anonymous(everybody, key)
    else:
        people = by_id({name: _name(known.get(gradebook_id(name))) for name in everybody})
    names = (*everybody, *names_of(known))
    return Desk(course, submitted, everybody, people, past, now, names)


def _name(person: Person | None) -> str:
    return "" if person is None else f"{person.first_name} {person.last_name}".strip()


def reported(desk: Desk, assignment: LoadedAssignment) -> ReportedClass:
    """The figures of one assignment.

    Raises:
        MissingFacility, StorageError, UsageError: there is a gradebook, but it cannot be used.
    """
    marks = class_marks(desk.course, assignment)
    answers = Answers(desk.course, assignment, desk.submitted)
    figures = class_figures(
        marks, desk.everybody, desk.submitted, desk.past, answers.of, desk.names
    )
    readable = set(figures.readable)
    results = tuple(item.result for item in marks.students if item.result.student in readable)
    return ReportedClass(marks, figures, results)


def report_path(root: Path, name: str, people: People) -> Path:
    """Where the report of an assignment, or of the ``course``, is written; those without names in a
    folder of their own, so that no link leads from one kind to the other."""
    folder = root / "reports"
    return (folder / "anonymous" if people.anonymous else folder) / f"{name}.html"


def write_class(desk: Desk, assignment: LoadedAssignment, found: ReportedClass) -> Path:
    """Write an assignment's page and return its path.

    Raises:
        StorageError: it cannot be written.
    """
    figures = found.figures
    rows = misconception_map(
        found.results, figures.points, figures.checks, figures.causes, desk.people
    )
    links = {} if desk.people.anonymous else _links(desk, assignment.id, figures.readable)
    path = report_path(Path(desk.course.root), assignment.id, desk.people)
    page = class_page(desk.course, assignment, figures, rows, desk.people, links, desk.now)
    write_atomically(path, page)
    return path


def write_course(desk: Desk, figures: CourseFigures) -> Path:
    """Write the course's page and return its path.

    Raises:
        StorageError: it cannot be written.
    """
    path = report_path(Path(desk.course.root), "course", desk.people)
    write_atomically(path, course_page(figures, desk.people, desk.now))
    return path


def _links(desk: Desk, assignment: str, students: Sequence[str]) -> dict[str, Links]:
    root = Path(desk.course.root)
    folder = report_path(root, assignment, desk.people).parent

    def address(path: Path) -> str | None:
        if not path.is_file():
            return None
        return quote(os.path.relpath(path, folder), errors="surrogateescape")

    found = {}
    for student in students:
        try:
            feedback = feedback_path(root, student, assignment)
        except UsageError:  # whoever wrote that file, it is of nobody who has a folder
            continue
        code = executed_notebook(root, student, assignment)
        found[student] = Links(address(feedback), address(code))
    return found
