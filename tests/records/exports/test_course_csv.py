"""The course as a table."""

from __future__ import annotations

import csv
import io

from gradeprop.records.course_marks import CourseMarks
from gradeprop.records.course_total import AssignmentMark, StudentTotal
from gradeprop.records.exports.course_csv import export
from gradeprop.records.exports.csv_cells import from_csv
from gradeprop.records.marks import Person


def of(*students: StudentTotal) -> CourseMarks:
    return CourseMarks("minimal", ("a01", "a02"), students)


def student(name: str, second: AssignmentMark, person: Person | None = None) -> StudentTotal:
    first = AssignmentMark("a01", 1.0, "graded", 4.5, 6.0)
    return StudentTotal(name, person or Person(), (first, second))


def rows_of(marks: CourseMarks) -> list[dict[str, str]]:
    header, *rows = from_csv(export(marks))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_assignment_has_its_score_and_maximum_and_the_total_comes_last() -> None:
    ada = student(
        "ada",
        AssignmentMark("a02", 2.0, "graded", 3.0, 3.0),
        Person("Ada", "Lovelace", "ada@example.org"),
    )
    assert rows_of(of(ada)) == [
        {
            "student": "ada",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.org",
            "a01": "4.5",
            "a01/max_score": "6",
            "a02": "3",
            "a02/max_score": "3",
            "course_percent": "91.666667",
            "weight_counted": "3",
            "weight": "3",
            "missed": "",
            "open": "",
        }
    ]


def test_what_is_open_is_empty_and_named_and_what_was_missed_is_0_and_named() -> None:
    waiting, absent = rows_of(
        of(
            student("ada", AssignmentMark("a02", 2.0, "waiting", None, 3.0)),
            student("bob", AssignmentMark("a02", 2.0, "missed", 0.0, 3.0)),
        )
    )
    assert (waiting["a02"], waiting["course_percent"], waiting["weight_counted"]) == ("", "75", "1")
    assert (waiting["open"], waiting["missed"]) == ("a02: a part waits for a person", "")
    assert (absent["a02"], absent["course_percent"], absent["weight_counted"]) == ("0", "25", "3")
    assert (absent["open"], absent["missed"]) == ("", "a02")


def test_nothing_that_counts_is_an_empty_total() -> None:
    unknown = AssignmentMark("a02", 2.0, "waiting", None, 3.0)
    (row,) = rows_of(of(StudentTotal("ada", Person(), (unknown, unknown))))
    assert row["course_percent"] == ""


def test_any_id_comes_back_and_none_is_a_formula() -> None:
    names = ["=1+1", "zoë", "李, 小龍", 'quo"te']
    second = AssignmentMark("a02", 2.0, "graded", 3.0, 3.0)
    marks = of(*(student(name, second) for name in names))
    assert [row["student"] for row in rows_of(marks)] == names
    assert next(csv.reader(io.StringIO(export(marks).splitlines()[1])))[0] == "'=1+1"
