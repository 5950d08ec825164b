"""``jsonl`` of a whole course: one JSON object per student, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from gradeprop.records.course_marks import CourseMarks
from gradeprop.records.course_total import StudentTotal


def export(marks: CourseMarks) -> str:
    """JSON Lines. ``course_percent`` is the total of what counts so far, null while nothing does;
    ``open`` says what does not count yet, and why."""
    return "".join(_line(student, marks.course) for student in marks.students)


def _line(student: StudentTotal, course: str) -> str:
    person = student.person
    data: dict[str, Any] = {
        "student": student.student,
        "course": course,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "course_percent": student.percent,
        "weight_counted": student.weight_counted,
        "weight": student.weight,
        "missed": student.missed,
        "open": student.open,
        "assignments": [asdict(mark) for mark in student.assignments],
    }
    return json.dumps(data, allow_nan=False) + "\n"
