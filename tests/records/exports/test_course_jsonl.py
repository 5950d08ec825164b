"""The course as JSON Lines."""

from __future__ import annotations

import json

from gradeprop.records.course_marks import CourseMarks
from gradeprop.records.course_total import AssignmentMark, StudentTotal
from gradeprop.records.exports.course_jsonl import export
from gradeprop.records.marks import Person


def test_each_line_is_a_student_with_every_assignment_and_the_total() -> None:
    marks = (
        AssignmentMark("a01", 1.0, "graded", 4.5, 6.0),
        AssignmentMark("a02", 2.0, "missed", 0.0, 3.0),
        AssignmentMark("a03", 1.0, "waiting", None, 2.0),
    )
    person = Person("Zoë", "O'Neil", "zoe@example.org", "4711")
    student = StudentTotal("zoë", person, marks)
    text = export(CourseMarks("minimal", ("a01", "a02", "a03"), (student,)))
    assert text.isascii()
    assert json.loads(text) == {
        "student": "zoë",
        "course": "minimal",
        "first_name": "Zoë",
        "last_name": "O'Neil",
        "email": "zoe@example.org",
        "course_percent": 25.0,
        "weight_counted": 3.0,
        "weight": 4.0,
        "missed": ["a02"],
        "open": {"a03": "a part waits for a person"},
        "assignments": [
            {"assignment": "a01", "weight": 1.0, "state": "graded", "score": 4.5, "max_score": 6.0},
            {"assignment": "a02", "weight": 2.0, "state": "missed", "score": 0.0, "max_score": 3.0},
            {
                "assignment": "a03",
                "weight": 1.0,
                "state": "waiting",
                "score": None,
                "max_score": 2.0,
            },
        ],
    }


def test_an_unknown_total_is_null() -> None:
    student = StudentTotal("ada", Person(), (AssignmentMark("a01", 1.0, "ungraded", None, 6.0),))
    line = json.loads(export(CourseMarks("minimal", ("a01",), (student,))))
    assert (line["course_percent"], line["weight_counted"]) == (None, 0.0)
