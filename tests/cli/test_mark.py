"""`gradeprop mark` in a real terminal."""

from __future__ import annotations

import importlib.util
import re
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from cli.at_terminal import Marker
from cli.conftest import answered, gradeprop, hand_in
from cli.marker import CONTRADICTED
from course.minimal import write_course
from gradeprop.cli import mark
from gradeprop.errors import MissingFacility
from gradeprop.records.marking.queue import Given

TEXTS = {"ada": "It falls \x1b[2Jto the right.", "bob": "No idea."}
ROWS = """
    select student_id, manual_score, needs_manual_grade, manual_comment from grade
    join base_cell on base_cell.id = grade.cell_id and base_cell.name = 'explain_sign-why'
    join submitted_notebook on submitted_notebook.id = grade.notebook_id
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    join comment on comment.notebook_id = grade.notebook_id
    join base_cell as answer on answer.id = comment.cell_id and answer.name = 'explain_sign-why'
    order by student_id
"""


def rows(root: Any) -> Any:
    with sqlite3.connect(root / "gradebook.db") as database:
        return database.execute(ROWS).fetchall()


def grade(root: Any, *arguments: Any) -> None:
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", *arguments, cwd=root)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = write_course(tmp_path_factory.mktemp("graded"), CONTRADICTED)
    gradeprop("build", cwd=root)
    for student, text in TEXTS.items():
        hand_in(root, student, answered(root, {"explain_sign-why": text}))
    grade(root)
    return root


@pytest.mark.slow
def test_answers_are_marked_without_names_and_formgrader_reads_the_same(graded: Any) -> None:
    marker = Marker(graded)
    screen = marker.sees("0 of 2 points, not marked yet")
    assert "0 of 2 answers marked, 2 left" in screen
    assert not re.search("ada|bob", screen)
    assert "\x1b[2Jto" not in screen
    first = next(name for name, text in TEXTS.items() if text[-6:] in screen)
    marker.presses("1")
    marker.sees("1 of 2 points, marked")
    marker.presses("c")
    marker.sees("A comment for the student")
    marker.presses("Which way?\r")
    marker.sees("Comment: Which way?")
    marker.presses("\r")
    screen = marker.sees("not marked yet")
    marker.presses("2")
    marker.sees("1 of 2 points, marked")
    marker.presses("u")
    marker.sees("not marked yet")
    marker.presses("q")
    said, status = marker.leaves()
    assert "1 of 2 answers are marked." in said
    assert status == 0
    found = {row[0]: row[1:] for row in rows(graded)}
    assert found.pop(first) == (
        1.0,
        0,
        "- ✓ Names the variable and the loss. (1 of 1)\n"
        "- ✗ Says that the step goes against the gradient. (0 of 1)\n\nWhich way?",
    )
    ((_, other),) = [found.popitem()]
    assert other == (None, 1, None)

    grade(graded, "--force")
    assert {row[0]: row[1] for row in rows(graded)}[first] == 1.0
    marker = Marker(graded, "--exercise", "explain_sign")
    marker.sees("not marked yet")
    marker.presses("p")
    marker.sees("Comment: Which way?")
    marker.presses("n")
    marker.sees("not marked yet")
    marker.presses("12")
    marker.sees("2 of 2 points, marked")
    marker.presses("\x03")  # Ctrl-C keeps everything, too
    assert marker.leaves()[1] == 0
    assert sorted(row[1] for row in rows(graded)) == [1.0, 2.0]
    assert "All 2 answers are marked" in gradeprop("mark", "a01_slopes", cwd=graded).stderr


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_is_closed_loses_nothing(graded: Any, sent: Any) -> None:
    comments = [row[3] for row in rows(graded)]
    marker = Marker(graded, "--all")
    marker.sees("The answer, ")
    marker.sees("Quit")
    marker.presses("c")
    marker.sees("Leave as it was")
    marker.presses("\x15")
    marker.sees("omment for the student")
    marker.presses(f"Sent {sent}.\r")
    marker.sees(f"Comment: Sent {sent}.")
    marker.ends(sent)
    assert marker.leaves()[1] == 0
    assert sum(row[3] != old for row, old in zip(rows(graded), comments, strict=True)) == 1


def test_marks_for_answers_that_have_changed_meanwhile_are_told_at_the_end(
    course: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gradeprop("build", cwd=course)
    for student, text in TEXTS.items():
        hand_in(course, student, answered(course, {"explain_sign-why": text}))
    grade(course)

    def marks_all(state: Any, book: Any, _: Any) -> Any:
        again = answered(course, {"explain_sign-why": "It rises."})
        (course / "submitted/bob/a01_slopes/a01_slopes.ipynb").write_bytes(again)
        grade(course)
        given = (Given("marked"),) * len(state.items)
        book.save([*zip(state.items, given, strict=True)])
        return replace(state, marks=given)

    monkeypatch.setattr(mark, "_demand_screen", lambda: None)
    monkeypatch.setattr(mark, "_mark", marks_all)
    mark.run(mark.Request("a01_slopes", folder=course))
    said = capsys.readouterr().err
    assert "1 of 2 answers are marked." in said
    assert "1 answer is another one now: its mark is not written." in said
    assert {row[0]: (row[1], row[2]) for row in rows(course)} == {"ada": (0.0, 0), "bob": (None, 1)}


def test_marking_need_not_wait_for_torch() -> None:
    modules = ("cli.main", "cli.mark", "cli.mark_app", "records.marking.in_gradebook")
    imports = "".join(f"import gradeprop.{name}\n" for name in modules)
    code = f"{imports}import sys\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_terminal_it_says_so(graded: Any) -> None:
    done = gradeprop("mark", "a01_slopes", "--all", cwd=graded)
    assert done.returncode == 2
    assert "marking needs a terminal" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a01_slopes"], "run `gradeprop grade a01_slopes`"),
        (["a01_slopes", "--exercise", "square_derivative"], "asks for no explanation"),
        (["a01_slopes", "--exercise", "nowhere"], "its exercises: square_derivative, explain_sign"),
        (["a09"], "the course has no assignment 'a09'"),
        (["a01_slopes", "--port", "8000"], "--port is for --web; add --web"),
    ],
)
def test_wrong_usage_is_told(course: Any, arguments: Any, said: str) -> None:
    done = gradeprop("mark", *arguments, cwd=course)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (course / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("package", "extra"), [("nbgrader", "gradeprop[grade]"), ("textual_serve", "gradeprop[web]")]
)
def test_without_a_package_it_says_what_is_missing(
    course: Any, monkeypatch: pytest.MonkeyPatch, package: str, extra: str
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else there(name)
    )
    with pytest.raises(MissingFacility, match=re.escape(extra)):
        mark.run(mark.Request("a01_slopes", folder=course, web=True))
