"""Marks for two learning platforms, in the shape that their importers read."""

from __future__ import annotations

import csv
import io
from typing import Any

from gradeprop.records.exports import canvas, moodle
from gradeprop.records.gradebook.given import Person
from records.graded_class import result_for
from records.marked_class import marked, the_class


def rows(text: Any) -> Any:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_canvas_has_its_columns_a_row_of_points_and_the_students(recorded: Any) -> None:
    assert rows(canvas.export(recorded)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Slopes"],
        ["    Points Possible", "", "", "", "", "6"],
        ["Lovelace, Ada", "4711", "", "ada", "", "4.5"],
        ["'=1+1", "", "", "'=1+1", "", ""],
    ]


def test_no_name_can_pass_for_canvas_row_of_points(course: Any) -> None:
    student = marked(result_for("x", ()), {}, person=Person("Points Possible", "Bobby"))
    name = rows(canvas.export(the_class(course, student)))[2][0]
    assert name == "Bobby, Points-Possible"


def test_moodle_has_a_grade_and_feedback_column(recorded: Any) -> None:
    header, ada, odd = rows(moodle.export(recorded))
    assert header == [
        "First name",
        "Last name",
        "Username",
        "ID number",
        "Email address",
        "Assignment: Slopes (Real)",
        "Assignment: Slopes (Feedback)",
    ]
    assert ada[:6] == ["Ada", "Lovelace", "ada", "4711", "ada@example.org", "4.5"]
    assert ada[6] == "The slope of a square: 3 of 3; Read a sign: 3.5 of 3; late: 2 points off"
    assert odd[2:4] == ["'=1+1", "'=1+1"]


def test_an_unknown_grade_is_moodles_hyphen_for_no_grade(waiting: Any) -> None:
    """An empty cell of a new column would become a 0 in Moodle."""
    assert rows(moodle.export(waiting))[1][5] == "-"
