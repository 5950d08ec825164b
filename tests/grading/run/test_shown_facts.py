"""What a result keeps for the feedback page: the table of a public check, and the line where an
answer stopped. Of a hidden check neither inputs nor right answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, GRADER, write_course
from gradeprop.grading.checks.places import line_in, places_of
from gradeprop.grading.result.questions import Item, Row, worth_keeping
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.session.interface import Raised
from grading.conftest import Classroom, part_of

BY_HAND = ("square_derivative", "by_hand")


def graded(classroom: Any, source: str) -> Any:
    return part_of(
        classroom.grade_one(classroom.notebook(square_derivative__by_hand=source)), *BY_HAND
    )


def test_a_public_check_that_failed_keeps_its_table(classroom: Any) -> None:
    shape, _ = graded(classroom, "def d_square(w):\n    return w").checks
    (row,) = shape.rows
    assert row.expression.startswith("d_square(w=[")
    (item,) = row.items
    assert item.expected is not None
    assert not item.right
    assert item.expected != item.got
    assert (shape.more_rows, shape.line) == (0, None)


def test_a_check_that_passed_keeps_none(classroom: Any) -> None:
    assert [check.rows for check in graded(classroom, "d_square = lambda w: 2 * w").checks] == [
        (),
        (),
    ]


def test_an_answer_that_was_not_begun_keeps_none(classroom: Any) -> None:
    shape, _ = graded(classroom, "def d_square(w):\n    ...").checks
    assert shape.not_begun
    assert shape.rows == ()


def test_a_choice_keeps_no_table_that_tells_the_answer(classroom: Any) -> None:
    result = classroom.grade_one(classroom.notebook(explain_sign__commit='direction = "decrease"'))
    (check,) = part_of(result, "explain_sign", "commit").checks
    assert check.status == "failed"
    assert "increase" not in json.dumps([check.report, check.hint, check.asked])
    assert check.rows == ()


def test_a_hidden_check_keeps_no_input_and_no_right_answer(tmp_path: Path, sandbox: Any) -> None:
    """All hidden: whatever stands in the table of a public check must then be nowhere but in the
    instructor's detail."""
    yaml = (write_course(tmp_path) / EXERCISE).read_text()
    grader = (tmp_path / GRADER).read_text()
    swapped = {
        EXERCISE: yaml.replace("needs: [shape]\n        ", ""),
        GRADER: grader.replace("for shape in ((3,), (2, 5), ())", "for shape in ((), (1,))"),
    }
    classroom = Classroom(write_course(tmp_path, swapped), sandbox)
    result = classroom.grade_one(
        classroom.notebook(square_derivative__by_hand="def d_square(w):\n    return w * 1.25")
    )
    public, hidden = part_of(result, *BY_HAND).checks
    assert public.rows, "the same answer would have had a table"
    assert hidden.status == "failed"
    assert (hidden.rows, hidden.more_rows, hidden.asked) == ((), 0, None)
    told = json.dumps([hidden.message, hidden.report, hidden.hint])
    got = hidden.detail.split("got ")[1].split(" ")[0].strip(",.]")
    assert got not in told


def test_the_line_where_an_answer_raised_is_that_of_its_own_cell(classroom: Any) -> None:
    source = "\n\ndef d_square(w):\n    two = 2\n    return two * w.slope"
    shape, _ = graded(classroom, source).checks
    assert "AttributeError" in shape.report
    # Python's shells count from the first line that is not blank, and so does the page.
    assert shape.line == 3


def test_an_error_in_another_cell_is_told_by_the_line_that_called_it() -> None:
    trace = "\n".join(
        (
            "a-by_hand, line 2, in f\n    return helper(w)",
            "extra, line 70, in helper\n    return w.slope",
            "AttributeError: no slope, line 9, in fact",
        )
    )
    places = places_of(Raised("AttributeError", "no slope", trace, 70))
    assert places == (("a-by_hand", 2), ("extra", 70))
    assert line_in(places, "a-by_hand") == 2
    assert line_in(places, "b-other") is None


def test_a_hidden_checks_line_is_the_one_that_its_message_names(classroom: Any) -> None:
    source = "def d_square(w):\n    if w.dim() != 1:\n        raise ValueError(w)\n    return 2 * w"
    _, hidden = graded(classroom, source).checks
    assert "in line 3 of your cell" in hidden.message
    assert hidden.line == 3


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\ndef d_square(w):\n    return 2 * w\nd_square(nothing)", 3),
        ("def d_square(w):\n    return 2 w\n", 2),
        ("def inner():\n    raise ValueError\ninner()", 2),
        ("import json\njson.loads('{')\n", 2),
        ("d_square = lambda w: 2 * w", None),
    ],
)
def test_the_line_where_a_cell_stopped_is_told(
    classroom: Any, source: str, line: int | None
) -> None:
    assert graded(classroom, source).line == line


def test_the_facts_are_read_back(classroom: Any) -> None:
    result = classroom.grade_one(
        classroom.notebook(square_derivative__by_hand="def d_square(w):\n    return w\nnothing")
    )
    data = json.loads(json.dumps(result.to_json()))
    again = SubmissionResult.from_json(data)
    assert again.exercises == result.exercises
    part = data["exercises"][0]["parts"][0]
    del part["line"]
    for check in part["checks"]:
        del check["rows"], check["more_rows"], check["line"]
    old = part_of(SubmissionResult.from_json(data), *BY_HAND)
    assert (old.line, old.checks[0].rows, old.checks[0].more_rows) == (None, (), 0)


def test_what_is_kept_is_bounded() -> None:
    items = tuple(Item("x" * 9_999, "1" * 9_999, "2" * 9_999, n % 2 == 0) for n in range(100))
    rows = [Row("f" * 9_999, items), Row("g()", (Item("", "1", "1", True),))] * 50
    kept, more = worth_keeping(rows)
    assert (len(kept), more) == (3, 47)
    assert len(kept[0].items) <= 8
    assert not any(item.right for item in kept[0].items)
    assert all(
        len(text) <= 400 for row in kept for item in row.items for text in (item.got, item.label)
    )
    assert len(kept[0].expression) == 400
