"""``csv``: one row per student; a column for each exercise, part and check, and the timing."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.records.exports.csv_cells import Cell, to_csv
from gradeprop.records.exports.interface import all_checks, all_parts, checks_of, misconceptions
from gradeprop.records.marks import ClassMarks, Marks

TOTALS = (
    "student",
    "first_name",
    "last_name",
    "email",
    "assignment",
    "status",
    "score",
    "max_score",
    "auto_score",
    "extra_credit",
    "late_penalty",
)
NOTES = ("causes", "message", "device", "isolation", "total_s", "run_s", "checks_s")
"""After the scores: recognised mistakes, what was wrong with the submission, how it ran, in
seconds."""


def export(marks: ClassMarks) -> str:
    """CSV. Points are named ``exercise``, ``exercise/part``, ``exercise/part/check``; empty means
    unknown."""
    columns = list(_columns(marks))
    header = (*TOTALS, *("/".join(column) for column in columns), *NOTES)
    return to_csv([header, *(_row(student, columns) for student in marks.students)])


def _columns(marks: ClassMarks) -> Iterator[tuple[str, ...]]:
    seen = None
    for key in all_parts(marks):
        if key.exercise != seen:
            yield (key.exercise,)
            seen = key.exercise
        yield key
        for check in all_checks(marks, key):
            yield (*key, check)


def _row(student: Marks, columns: list[tuple[str, ...]]) -> tuple[Cell, ...]:
    result, person = student.result, student.person
    points = _points(student)
    return (
        student.student,
        person.first_name,
        person.last_name,
        person.email,
        result.assignment,
        student.status,
        student.score,
        student.max_score,
        result.auto_score,
        student.extra,
        student.penalty,
        *(points.get(column) for column in columns),
        "; ".join(misconceptions(student)),
        result.message,
        result.device,
        result.isolation,
        result.timing.total_s,
        result.timing.run_s,
        result.timing.checks_s,
    )


def _points(student: Marks) -> dict[tuple[str, ...], float | None]:
    points: dict[tuple[str, ...], float | None] = {}
    for key, part in student.result.parts():
        points[key[:1]] = student.exercise_score(key[0])
        points[key] = student.parts[key].score
        for check in checks_of(part):
            points[*key, check.check] = check.score
    return points
