"""Comments at the marker's screen: typed, kept, changed, removed, and taken again by number."""

from __future__ import annotations

from typing import Any

import pytest

from cli.marker import CONTRADICTED, Desk, at_desk
from course.minimal import write_course
from gradeprop.cli.mark_widgets import Comments, Earlier
from gradeprop.course.load import load_course
from gradeprop.records.marking.queue import Given

FALLS, RISES = "It falls to the right.", "No idea, it rises."
NAMES = frozenset({"names"})


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_course(write_course(tmp_path_factory.mktemp("desk"), CONTRADICTED))


def test_a_comment_is_typed_kept_changed_and_removed(course: Any) -> None:
    async def comments(desk: Desk) -> None:
        await desk.press("c")
        desk.sees("A comment for the student", FALLS)
        await desk.type("Up, 1 not down?")
        await desk.press("enter")
        desk.sees("0 of 2 points, not marked yet · Comment: Up, 1 not down?")
        await desk.press("1", "c")
        assert desk.app.query_one(Comments).line.value == "Up, 1 not down?"
        await desk.type("!")
        await desk.press("escape")
        desk.sees("Comment: Up, 1 not down?", "Give")
        await desk.press("c", "ctrl+u", "enter")
        desk.sees_no("Comment:")
        assert desk.app.state.mark == Given("marked", NAMES)

    at_desk(course, [FALLS], comments)


def test_comments_used_before_are_taken_by_number_or_by_a_click(course: Any) -> None:
    often, once = Given("marked", comment="Which way?"), Given("marked", comment="2 is lost.")

    async def comments(desk: Desk) -> None:
        await desk.press("c")
        desk.sees("1 Which way?", "2 2 is lost.", "or the number of one from above")
        await desk.press("2", "enter")
        assert desk.app.state.mark.comment == "2 is lost."
        await desk.press("c", "ctrl+u")
        await desk.press("1")
        await desk.type(" Say 3")
        await desk.press("enter")
        assert desk.app.state.mark.comment == "Which way? Say 3"
        await desk.press("c")
        await desk.pilot.click(Earlier)
        await desk.press("enter")
        assert desk.app.state.mark.comment == "Which way?"

    texts = ["Steeper.", RISES, "In another unit.", FALLS]
    at_desk(course, texts, comments, marks=[often, once, often, Given()])


def test_a_number_that_offers_nothing_is_no_comment(course: Any) -> None:
    """Who presses it means a criterion, or an earlier comment that is not there."""

    async def comments(desk: Desk) -> None:
        await desk.press("c", "1", "enter")
        desk.sees("No comment has the number 1, and alone it tells a student nothing.")
        assert desk.app.query_one(Comments).is_open
        assert desk.app.state.mark == Given()
        await desk.type(" way only?")
        await desk.press("enter")
        desk.sees("Comment: 1 way only?")

    at_desk(course, [FALLS], comments)


def test_a_comment_that_looks_like_a_number_is_not_offered_by_number(course: Any) -> None:
    """As formgrader may have left one."""

    async def comments(desk: Desk) -> None:
        await desk.press("c")
        desk.sees("1 Which way?", "or the number of one from above")
        desk.sees_no("2 1")
        await desk.press("2", "enter")
        desk.sees("No comment has the number 2")

    texts = ["Steeper.", RISES, FALLS]
    marks = [Given("marked", comment="1"), Given("marked", comment="Which way?"), Given()]
    at_desk(course, texts, comments, marks=marks)


def test_a_comment_goes_to_all_of_a_group(course: Any) -> None:
    async def comments(desk: Desk) -> None:
        await desk.press("c")
        await desk.type("Why?")
        await desk.press("enter", "1", "enter")
        assert desk.saved == [dict.fromkeys(("0", "1"), Given("marked", NAMES, "Why?"))]

    at_desk(course, [FALLS, FALLS], comments)


def test_leaving_a_comment_does_not_leave_the_rest(course: Any) -> None:
    async def comments(desk: Desk) -> None:
        await desk.press("c")
        await desk.type("Wh")
        await desk.press("ctrl+c")
        desk.sees("0 of 2 points, not marked yet", "Quit")
        desk.sees_no("Comment:")
        assert desk.app.is_running

    at_desk(course, [FALLS], comments)
