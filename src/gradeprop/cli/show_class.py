"""``gradeprop show ASSIGNMENT``: the class as it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.cli.export import require_results, tell
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.keys import PartKey
from gradeprop.grading.result.verdict import PartResult, SubmissionResult
from gradeprop.records.enrolment import enrolled_in
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.marks import Marks, class_marks


def run(
    name: str, submitted: Path | None, folder: Path | None, *, everybody: bool, as_json: bool
) -> None:
    """Print the class's table and summary, with the points that people have given.

    Args:
        everybody: list all students of a large class, too.

    Raises:
        UsageError: no such assignment, or nothing graded yet.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    marks = class_marks(course, assignment)
    require_results(marks)
    outcome = ClassOutcome(root, assignment)
    for item in marks.students:
        outcome.add(_with_marks(item))
    graded = {item.result.student for item in marks.students}
    folders = submitted or root / "submitted"
    known = set(student_folders(folders)) if folders.is_dir() else set()
    ids = {gradebook_id(student) for student in graded | known}
    known |= {student for student in enrolled_in(root, course) if student not in ids}
    handed_in = marks.together.handed_in
    absent = [item for item in known - graded if not handed_in(folders, item, name)]
    outcome.print(as_json=as_json, everybody=everybody, absent=sorted(absent))
    tell(marks)
    outcome.print_faults()


def _with_marks(marks: Marks) -> SubmissionResult:
    """The result with the points that count, where people have given some."""
    result = marks.result

    def marked(exercise: str, part: PartResult) -> PartResult:
        return replace(part, score=marks.parts[PartKey(exercise, part.part)].score)

    exercises = tuple(
        replace(
            item,
            parts=tuple(marked(item.exercise, part) for part in item.parts),
            score=marks.exercise_score(item.exercise),
        )
        for item in result.exercises
    )
    settled = result.status == "needs_manual" and marks.awaits is None
    return replace(
        result,
        exercises=exercises,
        score=marks.score,
        auto_score=marks.certain,
        status="graded" if settled else result.status,
    )
