"""``gradeprop show ASSIGNMENT``: the class as it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.cli.export import require_results, tell
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.records.enrolment import enrolled_in
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.marks import class_marks


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
        # The table says of an open total what is certain of it, by people, too.
        outcome.add(replace(item.counted(), auto_score=item.certain))
    graded = {item.result.student for item in marks.students}
    folders = submitted or root / "submitted"
    known = set(student_folders(folders)) if folders.is_dir() else set()
    ids = {gradebook_id(student) for student in graded | known}
    known |= {student for student in enrolled_in(root, course) if student not in ids}
    handed_in = marks.together.handed_in
    absent = [item for item in known - graded if not handed_in(folders, item, name)]
    if as_json:
        outcome.print_json(item.to_json() for item in marks.students)
    else:
        outcome.print(everybody=everybody, absent=sorted(absent))
    tell(marks)
    outcome.print_faults()
