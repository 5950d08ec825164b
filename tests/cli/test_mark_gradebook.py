"""The marker's screen before a real gradebook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.cli.mark_app import MarkApp
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.marking.groups import grouped
from gradeprop.records.marking.in_gradebook import MarkingBook
from gradeprop.records.marking.queue import begin
from gradeprop.records.marks import class_marks
from records.graded_class import (
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
)

WHY = ("explain_sign", "why")
STARTER = "*Write your explanation here.*"
TEXTS = {
    "ada": "It falls to the right.",
    "bob": STARTER,
    "cyd": "it falls to the right",
    "dee": "No idea.",
    "eve": STARTER,
}


@pytest.fixture
def course(tmp_path: Path) -> Any:
    course = small_course(tmp_path)
    record(course, TEXTS)
    return course


def record(course: Any, texts: Mapping[str, str]) -> None:
    release = small_release(course)
    with GradebookWriter(course, release) as writer:
        for student, text in texts.items():
            result = result_for(student, ran(release, {PROSE: text}))
            record_now(writer, result, hand_in(Path(course.root), release, student))


def sitting(course: Any, *keys: str, meanwhile: Any = None) -> str:
    """Press these keys; what is on the screen then is returned. The marker does not quit.

    Args:
        meanwhile: what happens elsewhere as soon as the first answer is shown.
    """
    assignment = course.assignments[0]
    parts = {WHY: assignment.exercises[1].part("why")}
    screen = ""

    async def marks(app: MarkApp) -> None:
        nonlocal screen
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            if meanwhile is not None:
                meanwhile()
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            lines = app.screen._compositor.render_strips()
            screen = "\n".join(strip.text.rstrip() for strip in lines)

    with MarkingBook(course, assignment, parts, Path(course.root) / "submitted") as book:
        items, given = book.answers()
        state = begin(parts, items, given, grouped(parts, items, given))
        asyncio.run(marks(MarkApp(state, assignment, book.save)))
    return screen


def scores(course: Any) -> dict[str, float | None]:
    found = class_marks(course, course.assignments[0]).students
    return {item.student: item.parts[WHY].score for item in found}


def test_show_says_what_a_person_gave_and_wrote(course: Any) -> None:
    def shown(*more: str) -> str:
        done = gradeprop("show", "a01_slopes", "ada", *more, cwd=Path(course.root))
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "points, to mark" in shown()
    assert "why  ?/2  manual" in shown()
    sitting(course, "n", "1", "c", *"Why", "enter", "enter")
    (marks,) = (
        item
        for item in class_marks(course, course.assignments[0]).students
        if item.student == "ada"
    )
    said = shown()
    assert f"{marks.score:g}/{marks.max_score:g} points, graded" in said
    assert "why  1/2  a person gave 1" in said
    assert "✓ " in said.split("a person gave")[1]
    assert "    Why\n" in said
    told = json.loads(shown("--json"))
    assert (told["score"], told["status"]) == (marks.score, "graded")
    why = told["exercises"][1]["parts"][1]
    assert (why["score"], why["manual_score"]) == (1, 1)
    everybody = gradeprop("show", "a01_slopes", "--json", cwd=Path(course.root)).stdout
    (again,) = (item for item in json.loads(everybody)["results"] if item["student"] == "ada")
    assert again == told


def test_a_class_is_marked_group_by_group_and_nobody_is_named(course: Any) -> None:
    assert not any(name in sitting(course) for name in TEXTS)
    sitting(course, "enter")
    assert scores(course) == {"ada": None, "bob": 0, "cyd": None, "dee": None, "eve": 0}
    assert "2 students wrote this, in 2 ways" in sitting(course)
    sitting(course, "2", "enter")
    assert scores(course) == {"ada": 1, "bob": 0, "cyd": 1, "dee": None, "eve": 0}


def test_an_answer_that_is_graded_anew_meanwhile_gets_no_mark_unseen(course: Any) -> None:
    def bob_hands_in_again() -> None:
        record(course, {"bob": "It falls to the right."})

    screen = sitting(course, "enter", meanwhile=bob_hands_in_again)
    assert "1 answer is another one now: its mark is not written." in screen
    assert scores(course) == {"ada": None, "bob": None, "cyd": None, "dee": None, "eve": 0}
    assert "3 students wrote this" in sitting(course)


def test_undoing_takes_a_mark_back_from_all_of_a_group_in_the_gradebook_too(course: Any) -> None:
    sitting(course, "enter", "1", "2", "enter", "u", "u", "n")
    assert scores(course) == {"ada": None, "bob": 0, "cyd": None, "dee": None, "eve": 0}


def test_a_comment_reaches_all_of_a_group_and_is_offered_at_the_next_sitting(course: Any) -> None:
    sitting(course, "enter", "c", *"Why?", "enter", "1", "enter")
    marks = {item.student: item for item in class_marks(course, course.assignments[0]).students}
    for student in ("ada", "cyd"):
        assert marks[student].parts[WHY].comment.endswith("\n\nWhy?")
    screen = sitting(course, "c")
    assert "No idea." in screen
    assert "1  Why?" in screen
