"""What a student wrote is found in the executed notebook, else in the hand-in, and is never
believed."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from gradeprop.records.answers import Answer, Answers
from records.graded_class import (
    ASSIGNMENT,
    CODE,
    PROSE,
    hand_in,
    result_for,
    small_course,
    small_release,
    unreadable,
)
from records.marked_class import BY_HAND, WHY, write_executed

PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)


def answers(course: Any, tmp_path: Path, student: str = "ada") -> Any:
    return Answers(course, course.assignments[0], tmp_path / "submitted").of(
        result_for(student, ())
    )


def code(outputs: Any, source: str = "def f(): ...") -> Any:
    return {CODE: {"cell_type": "code", "source": source, "outputs": outputs}}


def test_the_executed_notebook_comes_first_with_what_was_printed(
    course: Any, tmp_path: Path
) -> None:
    hand_in(tmp_path, small_release(course), "ada")
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "data": {"text/plain": "3.0", "text/html": "<b>3</b>"}},
        {
            "output_type": "error",
            "ename": "E",
            "evalue": "v",
            "traceback": ["\x1b[31mTraceback\x1b[0m", "E: v"],
        },
    ]
    write_executed(
        tmp_path, "ada", {**code(outputs), PROSE: {"cell_type": "markdown", "source": ["a\n", "b"]}}
    )
    found = answers(course, tmp_path)
    assert found[BY_HAND] == Answer("def f(): ...", "one\ntwo\n3.0\nTraceback\nE: v")
    assert found[WHY].source == "a\nb"


def test_without_it_the_hand_in_is_matched_as_grading_does(course: Any, tmp_path: Path) -> None:
    path = hand_in(tmp_path, small_release(course), "ada") / f"{ASSIGNMENT}.ipynb"
    notebook = json.loads(path.read_text())
    cell = next(cell for cell in notebook["cells"] if cell["id"] == CODE)
    cell["source"] = "def d_square(w):\n    return w"
    path.write_text(json.dumps(notebook))
    assert answers(course, tmp_path)[BY_HAND] == Answer("def d_square(w):\n    return w")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"cells": 3}', b'{"cells": [{"metadata": 1}]}', b"\xff"]
)
def test_a_broken_executed_notebook_is_passed_over(
    course: Any, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "autograded" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert answers(course, tmp_path) == {}


def test_with_nothing_at_all_there_are_no_answers(course: Any, tmp_path: Path) -> None:
    assert answers(course, tmp_path) == {}


def test_of_an_unreadable_submission_nothing_is_shown(course: Any, tmp_path: Path) -> None:
    hand_in(tmp_path, small_release(course), "eve")
    found = Answers(course, course.assignments[0], tmp_path / "submitted").of(unreadable("eve"))
    assert found == {}


def test_drawings_are_kept_only_if_they_are_images(course: Any, tmp_path: Path) -> None:
    def shown(kind: Any, data: Any) -> Any:
        return {"output_type": "display_data", "data": {kind: data, "text/plain": "<Figure>"}}

    outputs = [
        shown("image/png", base64.b64encode(PNG).decode()),
        shown("image/png", base64.b64encode(b"<svg onload=alert(1)>").decode()),
        shown("image/png", '" onerror="alert(1)'),
        shown("image/svg+xml", "<svg onload=alert(1)/>"),
        shown("image/jpeg", base64.b64encode(PNG).decode()),
    ]
    write_executed(tmp_path, "ada", code(outputs))
    answer = answers(course, tmp_path)[BY_HAND]
    assert answer.images == (("image/png", base64.b64encode(PNG).decode()),)
    assert "onerror" not in answer.printed


def test_what_the_cell_after_an_answer_showed_stands_beside_it(course: Any, tmp_path: Path) -> None:
    shown = [{"output_type": "stream", "text": "1 2.4\n2 1.92\n"}]
    after = {f"{CODE}-after": {"cell_type": "code", "source": "…", "outputs": shown}}
    write_executed(tmp_path, "ada", code([], "w_after_two = 2.4") | after)
    experiment = answers(course, tmp_path)[BY_HAND].experiment
    assert experiment is not None
    assert experiment.printed == "1 2.4\n2 1.92"
    write_executed(tmp_path, "ada", code([]))
    assert answers(course, tmp_path)[BY_HAND].experiment is None


def test_long_output_is_cut_and_says_so(course: Any, tmp_path: Path) -> None:
    write_executed(tmp_path, "ada", code([{"output_type": "stream", "text": "x" * 50_000}]))
    printed = answers(course, tmp_path)[BY_HAND].printed
    assert len(printed) < 7_000
    assert printed.endswith("… and 44000 more characters")


@pytest.mark.parametrize(
    "outputs", [None, 3, ["text"], [{}], [{"output_type": "error", "traceback": 3}]]
)
def test_odd_outputs_do_no_harm(course: Any, tmp_path: Path, outputs: Any) -> None:
    write_executed(tmp_path, "ada", code(outputs))
    assert answers(course, tmp_path)[BY_HAND].source == "def f(): ..."
