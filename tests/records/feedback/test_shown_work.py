"""The table of a public check, the student's own line, the rubric once, and the one card of a file
that cannot be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.grading.result.questions import Item, Row
from gradeprop.records.answers import Answer
from gradeprop.records.feedback.code import lines_shown, python
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from gradeprop.records.feedback.views import Stop
from gradeprop.records.gradebook.given import PartMark
from gradeprop.records.gradebook.rubric_comment import written
from records.graded_class import result_for, small_course, unreadable
from records.marked_class import BY_HAND, COMMIT, WHY, marked, wrong

ROW = Row("d_square([1.5])", (Item("", "[3.0]", "[1.5]", False),))
TWO = Row("both(2)", (Item("weight", "1.0", "1.0", True), Item("bias", "2.0", "5.0", False)))
CODE = Answer("\n\ndef d_square(w):\n    return w.slope\n")


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)


def view_of(course: Any, marks: Any, answers: Any = None) -> Any:
    return page(course, course.assignments[0], marks, answers or {})


def html_of(course: Any, marks: Any, answers: Any = None) -> str:
    return render(view_of(course, marks, answers)).decode()


def with_check(position: int, **changes: Any) -> Any:
    """The wrong result, one check of its first part changed: 0 is public, 1 is hidden."""
    result = wrong()
    square, sign = result.exercises
    checks = list(square.parts[0].checks)
    checks[position] = replace(checks[position], **{"status": "failed", "score": 0.0, **changes})
    part = replace(square.parts[0], checks=tuple(checks))
    return replace(result, exercises=(replace(square, parts=(part,)), sign))


def test_of_a_part_that_lost_points_the_exercises_hints_are_there(course: Any) -> None:
    html = html_of(course, marked(wrong()))
    assert "<summary>The exercise&#39;s hint</summary>" in html
    assert "<li>Bring the exponent down.</li>" in html
    assert "Bring the exponent down" not in html_of(course, marked(result_for("ada", ())))


# --- the table ------------------------------------------------------------------------------------


def test_a_public_check_shows_its_table_in_place_of_the_numbers_in_words(course: Any) -> None:
    said = {"asked": "d_square([1.5])", "report": "your answer is [1.5].", "hint": "The 2 is lost."}
    result = with_check(0, rows=(ROW, TWO), more_rows=4, **said)
    check = view_of(course, marked(result)).exercises[0].parts[0].checks[0]
    assert (check.rows, check.more) == ((ROW, TWO), "And 4 more like this.")
    assert (check.asked, check.report, check.hint) == (None, None, "The 2 is lost.")
    html = html_of(course, marked(result))
    assert html.count("<table") == 2
    assert html.count('<th scope="col">expected</th>') == 2
    assert '<th scope="row">bias</th>' in html
    assert re.search(r"✓</span>right</td>", html)
    assert re.search(r"✗</span>wrong</td>", html)


def test_without_a_known_cause_what_came_is_said_besides(course: Any) -> None:
    result = with_check(0, rows=(ROW,), asked="d_square([1.5])", report="twice as large.")
    check = view_of(course, marked(result)).exercises[0].parts[0].checks[0]
    assert (check.report, check.more) == ("Twice as large.", None)


def test_a_choice_shows_no_column_of_right_answers(course: Any) -> None:
    rows = (Row("direction", (Item("", None, '"down"', False),)),)
    html = html_of(course, marked(with_check(0, rows=rows)))
    assert '<th scope="col">got</th>' in html
    assert '<th scope="col">expected</th>' not in html


def test_a_hidden_check_shows_no_table_and_no_question_even_if_the_result_held_them(
    course: Any,
) -> None:
    """A second lock: grading keeps none for a hidden check."""
    html = html_of(course, marked(with_check(1, rows=(ROW,), more_rows=2)))
    assert "<table" not in html
    assert "d_square([1.5])" not in html
    assert "[3.0]" not in html


@pytest.mark.parametrize("changes", [{"status": "passed", "score": 1.0}, {"not_begun": True}])
def test_what_passed_or_was_not_begun_shows_none(course: Any, changes: Any) -> None:
    assert "<table" not in html_of(course, marked(with_check(0, rows=(ROW,), **changes)))


# --- the line -------------------------------------------------------------------------------------


def test_the_line_is_marked_in_words_and_linked(course: Any) -> None:
    html = html_of(course, marked(with_check(0, line=2, report="it raised.")), {BY_HAND: CODE})
    assert '<a href="#part-1-1-line-2">Show line 2 of your code</a>' in html
    assert 'id="part-1-1-line-2"' in html
    assert "▲ line 2: your code stopped here when a check called it" in html


def test_where_the_cell_itself_stopped_is_told_once(course: Any) -> None:
    result = with_check(0, line=2)
    square, sign = result.exercises
    part = replace(square.parts[0], line=2, message="Your cell stopped with an error.")
    result = replace(result, exercises=(replace(square, parts=(part,)), sign))
    html = html_of(course, marked(result), {BY_HAND: CODE})
    assert html.count('id="part-1-1-line-2"') == 1
    assert "▲ line 2: your cell stopped here" in html
    assert ">Show line 2</a>" in html


@pytest.mark.parametrize("answers", [{}, {BY_HAND: Answer("one = 1")}])
def test_a_line_that_the_page_does_not_show_is_not_linked(course: Any, answers: Any) -> None:
    html = html_of(course, marked(with_check(0, line=2)), answers)
    assert "Show line" not in html
    assert "▲" not in html


def test_lines_are_counted_from_the_first_that_is_not_blank_as_python_shells_do() -> None:
    source = "\n  \n\ndef f(w):\r\n\r\n    return w\n\n"
    assert lines_shown(source) == 3
    shown = str(python(source, "part-1-1", [Stop(3, "<here>")]))
    assert [line.split(">")[0] for line in shown.split("\n")] == [
        '<span class="line"',
        '<span class="line"',
        '<span class="line" id="part-1-1-line-3"',
        '<span class="stop"',
    ]
    assert "&lt;here&gt;" in shown


# --- the rubric -----------------------------------------------------------------------------------


def why_of(course: Any, comment: str | None) -> Any:
    marks = marked(
        result_for("ada", ()),
        {BY_HAND: PartMark(3.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 1.0, 0.0, comment)},
    )
    return view_of(course, marks).exercises[1].parts[1], html_of(course, marks)


def test_the_rubric_stands_there_once_with_what_is_met(course: Any) -> None:
    rubric = course.assignments[0].exercises[1].spec.parts[1].rubric
    part, html = why_of(course, written(rubric, frozenset({"names"}), "Nearly."))
    assert [item.met for item in part.criteria] == [True, False]
    assert [item.points for item in part.criteria] == ["1 of 1 point", "0 of 1 point"]
    assert part.comment == "Nearly."
    assert html.count("Names the variable and the loss.") == 1
    assert "met:" in html


def test_what_another_rubric_said_stands_as_it_was_written(course: Any) -> None:
    part, html = why_of(course, "- ✓ An older criterion. (1 of 1)\n\nNearly.")
    assert part.criteria == ()
    assert "An older criterion." in html


def test_without_a_mark_the_criteria_are_told(course: Any) -> None:
    part, _ = why_of(course, None)
    assert [item.met for item in part.criteria] == [None, None]
    assert part.comment is None


# --- not begun, not readable ----------------------------------------------------------------------


def test_what_is_not_begun_is_said_once_in_a_part(course: Any) -> None:
    said = "Nothing has been written here yet."
    result = with_check(0, not_begun=True, message=said, report=said)
    square, sign = result.exercises
    part = replace(square.parts[0], not_begun=True, message=said)
    html = html_of(
        course, marked(replace(result, exercises=(replace(square, parts=(part,)), sign)))
    )
    assert html.count(said) == 1
    assert ">not begun<" in html


def test_an_unreadable_file_gets_one_card_that_says_what_to_do(course: Any) -> None:
    html = html_of(course, marked(unreadable("eve")))
    assert html.count('class="card"') == 1
    assert len(re.findall(r"<(section|article|nav|h2|h3)\b", html)) == 2
    assert "This is not a notebook. Hand it in again." in html
    assert "<code>a01_slopes.ipynb</code>" in html
    assert "this counts as 0 of 6 points" in html
    assert "read your text" not in html.split("<footer>")[0]


def test_what_a_person_gave_for_an_unreadable_file_is_told_in_the_card(course: Any) -> None:
    parts = {
        BY_HAND: PartMark(0.0),
        COMMIT: PartMark(0.0),
        WHY: PartMark(None, 2.0, 0.0, "Sent by mail."),
    }
    html = html_of(course, marked(unreadable("eve"), parts))
    assert "Your instructor gave 2 points for why." in html
    assert "Sent by mail." in html
