"""``canvas``: CSV for Canvas' gradebook (Grades, Import).

The columns are those of Canvas' own export: its importer asks for "Student", "ID" and "Section" at
these places, and looks a student up by ID (Canvas' own number), SIS User ID, SIS Login ID and name,
in this order. An empty score leaves what Canvas has."""

from __future__ import annotations

from gradeprop.records.exports.csv_cells import Cell, to_csv
from gradeprop.records.marks import ClassMarks, Marks

_STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS = "Points Possible"


def export(marks: ClassMarks) -> str:
    """CSV. Our student id is the SIS Login ID; ``lms_user_id`` of nbgrader's gradebook is Canvas'
    ID."""
    return to_csv(
        [
            (*_STUDENT, marks.assignment.spec.title),
            (f"    {_POINTS}", "", "", "", "", marks.assignment.points),
            *(_row(student) for student in marks.students),
        ]
    )


def _row(student: Marks) -> tuple[Cell, ...]:
    person = student.person
    name = ", ".join(filter(None, (person.last_name, person.first_name))) or student.student
    # Canvas takes every row with these words in its name for the points of the assignments.
    name = name.replace(_POINTS, _POINTS.replace(" ", "-"))
    return (name, person.lms_id, "", student.student, "", student.score)
