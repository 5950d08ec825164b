"""`gradeprop feedback` as an instructor runs it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.records.files.results import write_result
from records.graded_class import result_for, unreadable
from records.marked_class import wrong


@pytest.fixture
def graded(course: Any) -> Any:
    for result in (result_for("ada", ()), wrong("bob & co"), unreadable("eve")):
        write_result(course, result)
    return course


def page(root: Any, student: Any) -> Any:
    return (root / "feedback" / student / "a01_slopes" / "a01_slopes.html").read_text()


def test_everybody_gets_a_page_and_the_paths_are_printed(graded: Any) -> None:
    done = gradeprop("feedback", "a01_slopes", cwd=graded)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"feedback/{student}/a01_slopes/a01_slopes.html" for student in ("ada", "bob & co", "eve")
    ]
    assert "Was the 2 of 2w lost?" in page(graded, "bob & co")
    assert "This is not a notebook. Hand it in again." in page(graded, "eve")


def test_what_is_wished_for_and_may_not_be_shown_is_said_with_the_reason(graded: Any) -> None:
    path = graded / "course.yaml"
    path.write_text(f"{path.read_text()}feedback: {{solutions: after_due, distribution: true}}\n")
    done = gradeprop("feedback", "a01_slopes", cwd=graded)
    assert done.returncode == 0, done.stderr
    assert "No solutions on these pages: a01_slopes has no due date" in done.stderr
    assert "No distribution on these pages: 0 totals are certain" in done.stderr
    assert "A solution" not in page(graded, "ada")
    path.write_text(
        path.read_text().replace("title: Slopes\n", "title: Slopes\n    due: 2020-01-01T00:00Z\n")
    )
    done = gradeprop("feedback", "a01_slopes", cwd=graded)
    assert "No solutions" not in done.stderr
    assert "A solution" in page(graded, "ada")


def test_only_the_named_students_get_one(graded: Any) -> None:
    done = gradeprop("feedback", "a01_slopes", "--student", "ada", "--json", cwd=graded)
    assert json.loads(done.stdout) == {"written": ["feedback/ada/a01_slopes/a01_slopes.html"]}
    assert [path.name for path in (graded / "feedback").iterdir()] == ["ada"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a99_none",), "no assignment 'a99_none'; known here: a01_slopes"),
        (("a01_slopes", "--student", "zoe"), "no result of a01_slopes for: zoe"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_and_how(
    graded: Any, arguments: Any, said: str
) -> None:
    done = gradeprop("feedback", *arguments, cwd=graded)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (graded / "feedback").exists()


def test_before_grading_the_remedy_is_told(course: Any) -> None:
    done = gradeprop("feedback", "a01_slopes", cwd=course)
    assert done.returncode == 2
    assert "run `gradeprop grade a01_slopes` first" in done.stderr


def test_a_folder_that_cannot_be_written_exits_with_3(graded: Any) -> None:
    (graded / "feedback").write_text("in the way")
    done = gradeprop("feedback", "a01_slopes", cwd=graded)
    assert done.returncode == 3
    assert "cannot write this file" in done.stderr
