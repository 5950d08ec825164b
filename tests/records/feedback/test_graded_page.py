"""The page of a submission that was really graded: a public check shows its table, a hidden one
neither inputs nor right answers."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.answers import Answer
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from gradeprop.records.marks import combined
from grading.conftest import Classroom, part_of
from records.marked_class import BY_HAND

_NUMBER = re.compile(r"-?\d+\.\d+")
_FLAT_ONLY = "def d_square(w):\n    if w.dim() == 1:\n        return 2 * w\n"


@pytest.fixture
def classroom(tmp_path: Path, warm_sandbox: Any) -> Any:
    return Classroom(write_course(tmp_path), warm_sandbox())


def graded(classroom: Any, source: str) -> tuple[SubmissionResult, str]:
    """The result of an answer, and its page."""
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=source))
    kept = SubmissionResult.from_json(result.to_json())
    marks = combined(kept, None)
    shown = page(
        classroom.course,
        classroom.assignment,
        marks,
        {BY_HAND: Answer(source)},
    )
    return result, unescape(render(shown).decode())


def test_a_public_check_shows_what_was_asked_expected_and_got(classroom: Any) -> None:
    result, html = graded(classroom, "def d_square(w):\n    return w")
    row = part_of(result, *BY_HAND).checks[0].rows[0]
    for text in (row.expression, row.items[0].expected, row.items[0].got):
        assert text in html
    assert "Was the 2 of 2w lost?" in html


@pytest.mark.parametrize(
    "ending",
    [
        "    return 1.37 * w",
        "    raise ValueError(w.tolist())",
        "    raise type(f'E{w.tolist()}', (Exception,), {})(w)",
        "    assert w.sum() > 1e9, w.tolist()",
        "    return str(w.tolist())",
    ],
    ids=["value", "error", "type", "assertion", "text"],
)
def test_no_number_of_a_hidden_check_is_on_the_page(classroom: Any, ending: str) -> None:
    result, html = graded(classroom, _FLAT_ONLY + ending)
    public, hidden = part_of(result, *BY_HAND).checks
    assert (public.status, hidden.status) == ("passed", "failed")
    secret = set(_NUMBER.findall(hidden.detail))
    assert secret, "the instructor is told the numbers"
    assert not {number for number in secret if number in html.replace(ending, "")}
    assert "<table" not in html
    assert (hidden.rows, hidden.more_rows, hidden.asked) == ((), 0, None)


def test_the_line_is_that_of_the_students_cell(classroom: Any) -> None:
    source = "def d_square(w):\n    two = 2\n    return two * w.slope"
    _, html = graded(classroom, source)
    assert "▲ line 3: your code stopped here when a check called it" in html
    assert re.search(r'id="part-1-1-line-3">.*slope', html)
