"""Which hidden inputs a hand-in gets, through the real sandbox, and who hears of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from gradeprop.grading.run.paper import Submission
from gradeprop.records.answers import Answers
from gradeprop.records.exports.export import Format, write_export
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from grading.conftest import part_of
from records.graded_class import small_course
from records.marked_class import marked, the_class, wrong

BY_HAND = ("square_derivative", "by_hand")
PUBLIC_ALONE = "def d_square(w):\n    return 2 * w if w.shape == (3,) else w * w"
"""Right for the public check's inputs, and wrong for most of the hidden one's."""


def test_a_hand_in_has_its_set_and_a_changed_one_most_likely_another(classroom: Any) -> None:
    def sets(comment: str) -> list[str]:
        source = f"# {comment}\ndef d_square(w):\n    return 2 * w"
        notebook = classroom.notebook(square_derivative__by_hand=source)
        results = classroom.grade(*(Submission(f"s{number}", notebook) for number in range(6)))
        return [result.versions["input_set"] for result in results]

    first = sets("first")
    assert first == sets("first")
    assert first != sets("second")
    assert all(0 <= int(number) < 64 for number in first)
    assert len(set(first)) > 1


def test_who_has_the_same_set_gets_the_same_hidden_inputs(classroom: Any) -> None:
    notebook = classroom.notebook(square_derivative__by_hand=PUBLIC_ALONE)
    results = classroom.grade(*(Submission(f"s{number}", notebook) for number in range(24)))
    details: dict[str, set[Any]] = {}
    for result in results:
        hidden = part_of(result, *BY_HAND).checks[1]
        assert hidden.status == "failed"
        details.setdefault(result.versions["input_set"], set()).add(hidden.detail)
    assert len(details) < len(results), "two must have the same set"
    assert all(len(told) == 1 for told in details.values())
    assert len(set.union(*details.values())) == len(details)


@pytest.mark.parametrize("to", [to for to in get_args(Format) if to != "code"])
def test_no_export_tells_of_the_set(to: Format, tmp_path: Path) -> None:
    course = small_course(tmp_path / "course")
    result = replace(wrong("ada"), versions={"input_set": "the set number", "submission": "5ub"})
    output = tmp_path / "out"
    answers = Answers(course, course.assignments[0], tmp_path)
    write_export(the_class(course, marked(result)), to, output, answers)
    files = [path for path in (output, *output.rglob("*")) if path.is_file()]
    assert files
    assert not any(b"the set number" in path.read_bytes() for path in files)


def test_no_feedback_page_tells_of_the_set(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    result = replace(wrong("ada"), versions={"input_set": "the set number", "submission": "5ub"})
    html = render(page(course, course.assignments[0], marked(result), {}))
    assert b"square" in html
    assert b"the set number" not in html
