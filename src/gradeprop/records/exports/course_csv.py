"""``csv`` of a whole course: one row per student; each assignment's score, and the course's
total."""

from __future__ import annotations

from gradeprop.records.course_marks import CourseMarks
from gradeprop.records.course_total import StudentTotal
from gradeprop.records.exports.csv_cells import Cell, to_csv

PERSON = ("student", "first_name", "last_name", "email")
TOTALS = ("course_percent", "weight_counted", "weight", "missed", "open")
"""After the scores: the total so far, how much of the course's weight is in it, what is in it as a
0, and what is not in it, and why."""


def export(marks: CourseMarks) -> str:
    """CSV. Points are named ``assignment`` and ``assignment/max_score``; an open score is empty."""
    points: list[str] = []
    for assignment in marks.assignments:
        points += (assignment, f"{assignment}/max_score")
    header = (*PERSON, *points, *TOTALS)
    return to_csv([header, *(_row(student) for student in marks.students)])


def _row(student: StudentTotal) -> tuple[Cell, ...]:
    points: list[Cell] = []
    for mark in student.assignments:
        points += (mark.score, mark.max_score)
    still_open = [f"{assignment}: {why}" for assignment, why in student.open.items()]
    return (
        student.student,
        student.person.first_name,
        student.person.last_name,
        student.person.email,
        *points,
        student.percent,
        student.weight_counted,
        student.weight,
        "; ".join(student.missed),
        "; ".join(still_open),
    )
