"""``moodle``: CSV for Moodle's gradebook (Grades, Import, CSV file).

Moodle lets one say which column is what; these are named as in its own export, so that they explain
themselves. https://docs.moodle.org/en/Grade_import: feedback is imported only together with the
grade."""

from __future__ import annotations

from gradeprop.records.exports.csv_cells import Cell, to_csv
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.wording import number

NO_GRADE = "-"
"""What Moodle writes and reads for "no grade": an empty cell of a new column would become a 0
there."""


def export(marks: ClassMarks) -> str:
    """CSV. Our student id is the username; ``lms_user_id`` of nbgrader's gradebook, if set, the ID
    number."""
    title = f"Assignment: {marks.assignment.spec.title}"
    header = ("First name", "Last name", "Username", "ID number", "Email address")
    rows = (_row(student, marks) for student in marks.students)
    return to_csv([(*header, f"{title} (Real)", f"{title} (Feedback)"), *rows])


def _row(student: Marks, marks: ClassMarks) -> tuple[Cell, ...]:
    person = student.person
    return (
        person.first_name,
        person.last_name,
        student.student,
        person.lms_id or student.student,
        person.email,
        NO_GRADE if student.score is None else student.score,
        _feedback(student, marks),
    )


def _feedback(student: Marks, marks: ClassMarks) -> str:
    """Points by exercise, in the course's words only: Moodle shows feedback as HTML."""
    titles = {exercise.slug: exercise.spec.title for exercise in marks.assignment.exercises}
    lines = []
    for exercise in student.result.exercises:
        score = student.exercise_score(exercise.exercise)
        shown = (
            "not known yet" if score is None else f"{number(score)} of {number(exercise.max_score)}"
        )
        lines.append(f"{titles.get(exercise.exercise, exercise.exercise)}: {shown}")
    if student.penalty:
        lines.append(f"late: {number(student.penalty)} points off")
    return "; ".join(lines)
