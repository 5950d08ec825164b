"""`gradeprop push` as an instructor runs it, against a Canvas on the loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.course.load import load_course
from gradeprop.records.files.results import write_result
from records.graded_class import result_for
from records.push.fake_canvas import TOKEN, FakeCanvas, serving


def read_by_somebody(student: str, points: float, **changes: Any) -> Any:
    """A result whose text has its points."""
    result = result_for(student, (), **changes)
    square, sign = result.exercises
    why = replace(sign.parts[1], score=points, status="passed")
    return replace(result, exercises=(square, replace(sign, parts=(sign.parts[0], why))))


@pytest.fixture
def graded(course: Path) -> Path:
    write_result(course, read_by_somebody("ada", 2.0))
    write_result(course, read_by_somebody("bob", 1.5, hidden=0.0))
    write_result(course, read_by_somebody("eve", 1.0))
    write_result(course, result_for("zoe", ()))  # her text waits
    return course


@pytest.fixture
def canvas(graded: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCanvas]:
    fake = FakeCanvas()
    fake.assignment(load_course(graded).assignments[0].spec.title, 6.0)
    fake.student(1, "Ada Lovelace", login_id="ada")
    fake.student(2, "Bob \x1b[31mRed", 4.0, login_id="bob@example.org", sis_user_id="bob")
    fake.student(4, "Zoe", login_id="zoe")
    with serving(fake):
        monkeypatch.setenv("CANVAS_API_TOKEN", TOKEN)
        monkeypatch.setenv("CANVAS_API_URL", fake.url)
        yield fake


def push(root: Path, *arguments: Any, course: str = "12") -> Any:
    return gradeprop(
        "push", "a01_slopes", "--to", "canvas", "--course", course, *arguments, cwd=root
    )


def test_without_yes_it_shows_what_would_change_and_changes_nothing(
    graded: Path, canvas: FakeCanvas
) -> None:
    done = push(graded)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["ada", "Ada", "Lovelace", "–", "6"] in rows
    assert [*rows[-1][:1], *rows[-1][-3:]] == ["bob", "4", "3.5", "lower"]
    assert "\x1b" not in done.stdout
    assert "Not sent: eve: no student of the Canvas course has this id" in done.stderr
    assert "Not sent: zoe: the total is open: a part waits for a person." in done.stderr
    assert "Nothing is changed so far. 2 scores would be: add --yes" in done.stderr
    assert not canvas.updates
    assert TOKEN not in done.stdout + done.stderr


def test_whose_scores_are_not_sent_for_one_reason_stand_in_one_line(
    graded: Path, canvas: FakeCanvas
) -> None:
    names = [f"waits{number:02}" for number in range(24)]
    for name in names:
        write_result(graded, result_for(name, ()))
    done = push(graded)
    (waiting,) = [line for line in done.stderr.splitlines() if "a part waits" in line]
    assert waiting == (
        f"Not sent: {', '.join([*names, 'zoe'])}: the total is open: a part waits for a person."
    )
    assert done.stderr.count("Not sent") == 2
    assert not canvas.updates


def test_with_yes_it_sends_them_and_a_second_time_sends_nothing(
    graded: Path, canvas: FakeCanvas
) -> None:
    done = push(graded, "--yes")
    assert done.returncode == 0, done.stderr
    assert "2 scores sent, and found in Canvas." in done.stderr
    assert [canvas.score(number) for number in (1, 2, 4)] == [6.0, 3.5, None]
    again = push(graded, "--yes")
    assert again.returncode == 0
    assert "2 scores in Canvas already." in again.stderr
    assert "There is nothing to change in Canvas." in again.stderr
    assert len(canvas.updates) == 1
    assert again.stdout == ""


def test_json_says_all_of_it(graded: Path, canvas: FakeCanvas) -> None:
    done = push(graded, "--json", "--yes")
    data = json.loads(done.stdout)
    assert data["sent"] is True
    assert data["changes"] == [
        {"student": "ada", "canvas_id": 1, "now": None, "new": 6.0},
        {"student": "bob", "canvas_id": 2, "now": 4.0, "new": 3.5},
    ]
    assert [item["student"] for item in data["left_out"]] == ["zoe", "eve"]
    assert canvas.score(1) == 6.0


def test_what_canvas_leaves_out_without_a_word_is_found(graded: Path, canvas: FakeCanvas) -> None:
    canvas.forgets = (2,)
    done = push(graded, "--yes")
    assert done.returncode == 3
    assert "Canvas has not taken 1 score: bob" in done.stderr
    assert canvas.score(1) == 6.0


def test_another_maximum_there_is_refused_unless_scaled(graded: Path, canvas: FakeCanvas) -> None:
    canvas.assignments[0]["points_possible"] = 12.0
    done = push(graded, "--yes")
    assert done.returncode == 2
    assert "12 points there, and 6 here" in done.stderr
    assert not canvas.updates
    assert push(graded, "--yes", "--scale").returncode == 0
    assert canvas.score(2) == 7.0


def test_a_number_chooses_the_assignment_there(graded: Path, canvas: FakeCanvas) -> None:
    canvas.assignment("Homework 1", 6.0, 99)
    done = push(graded, "--assignment-id", "99")
    assert "Homework 1 (Canvas assignment 99)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "number", "code", "said"),
    [
        ((), "99", 2, "no course 99"),
        (("--assignment-id", "5"), "12", 2, "no assignment 5"),
        (("--url", "http://canvas.example.edu"), "12", 2, "may not travel by http"),
        (("--url", "http://127.0.0.1:9"), "12", 3, "cannot be reached"),
    ],
)
@pytest.mark.usefixtures("canvas")
def test_what_goes_wrong_has_its_exit_code(
    graded: Path, arguments: Any, number: str, code: int, said: str
) -> None:
    done = push(graded, *arguments, course=number)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.usefixtures("canvas")
def test_without_a_token_nothing_is_asked(graded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANVAS_API_TOKEN")
    done = push(graded)
    assert done.returncode == 3
    assert "there is no token for Canvas" in done.stderr


def test_without_results_there_is_nothing_to_push(course: Path) -> None:
    done = push(course, "--url", "https://canvas.example.edu")
    assert done.returncode == 2
    assert "no results of a01_slopes yet" in done.stderr


@pytest.mark.usefixtures("canvas")
def test_without_canvasapi_it_is_said_what_to_install(
    graded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "canvasapi", None)
    monkeypatch.delitem(sys.modules, "gradeprop.records.push.canvas", raising=False)
    done = push(graded)
    assert done.returncode == 3
    assert "canvasapi is not installed; pip install 'gradeprop[canvas]'" in done.stderr
