"""The marker's screen: every key, the mouse, and sizes from a small terminal to a wide one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.marker import CONTRADICTED, SIZES, Desk, at_desk
from course.minimal import write_course
from gradeprop.cli.mark_widgets import Criterion
from gradeprop.course.load import load_course
from gradeprop.errors import StorageError
from gradeprop.records.marking.queue import Given

FALLS, RISES = "It falls to the right.", "No idea, it rises."
NAMES, MOVES = frozenset({"names"}), frozenset({"moves"})
LONG = " ".join(f"Sentence number {number} goes on." for number in range(60))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_course(write_course(tmp_path_factory.mktemp("desk"), CONTRADICTED))


@pytest.mark.parametrize("size", SIZES)
def test_answer_rubric_points_progress_and_keys_are_in_sight(course: Any, size: Any) -> None:
    async def looks(desk: Desk) -> None:
        desk.sees(
            "Read a sign · why",
            "text 1 of 2",
            "0 of 2 answers marked, 2 left",
            "The answer, 5 of at most 60 words",
            FALLS,
            "1 [ ] 1 Names the variable and the loss.",
            "A negative slope falls to the right.",
            "0 of 2 points, not marked yet",
            "⏎ Give n Next p Back s Skip c Comment u Undo r Raw q Quit",
        )

    at_desk(course, [FALLS, RISES], looks, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_criteria_toggle_enter_gives_and_what_is_given_is_written_at_once(
    course: Any, size: Any
) -> None:
    async def marks(desk: Desk) -> None:
        await desk.press("1", "2", "1")
        desk.sees("1 [ ]", "2 [x]", "1 of 2 points, marked", "1 of 2 answers marked, 1 left")
        assert desk.saved == []
        await desk.press("enter")
        assert desk.saved == [{"0": Given("marked", MOVES)}]
        desk.sees(RISES, "text 2 of 2", "0 of 2 points, not marked yet")
        await desk.press("enter")
        assert desk.saved[1:] == [{"1": Given("marked")}]
        desk.sees("2 of 2 answers marked, 0 left", "Every answer is marked. q ends")

    at_desk(course, [FALLS, RISES], marks, size=size)


def test_next_back_and_arrows_look_without_marking(course: Any) -> None:
    async def looks(desk: Desk) -> None:
        await desk.press("n")
        desk.sees(RISES, "text 2 of 2")
        await desk.press("n")
        desk.sees("This is the last answer.")
        await desk.press("left")
        desk.sees(FALLS)
        await desk.press("p")
        desk.sees("This is the first answer.")
        await desk.press("right")
        desk.sees(RISES)
        desk.sees_no("This is the first answer.")

    assert at_desk(course, [FALLS, RISES], looks).state.left == 2


def test_skip_puts_back_and_a_key_without_a_criterion_is_told(course: Any) -> None:
    async def skips(desk: Desk) -> None:
        await desk.press("1", "s")
        desk.sees(RISES)
        await desk.press("3", "A")
        desk.sees("No such key")

    assert at_desk(course, [FALLS, RISES], skips).state.marks == (Given(), Given())


def test_one_look_at_the_same_words_marks_all_and_undo_takes_all_back(course: Any) -> None:
    async def marks(desk: Desk) -> None:
        desk.sees("3 students wrote this: one mark for all of them.", "text 1 of 2")
        await desk.press("2", "enter")
        assert desk.saved == [dict.fromkeys(("0", "2", "3"), Given("marked", MOVES))]
        desk.sees("3 of 4 answers marked, 1 left", RISES)
        await desk.press("u")
        desk.sees("4 left", "0 of 2 points, not marked yet", FALLS)
        assert desk.saved[-1] == dict.fromkeys(("0", "2", "3"), Given())
        await desk.press("u")
        desk.sees("There is nothing to undo.")

    at_desk(course, [FALLS, RISES, FALLS, f" {FALLS} "], marks)


def test_starters_are_marked_at_once_and_so_are_empty_answers(course: Any) -> None:
    starter = "*Write your explanation here.*"

    async def marks(desk: Desk) -> None:
        desk.sees("2 students left the starter as it was: one mark for all of them.")
        await desk.press("enter")
        desk.sees("1 student wrote nothing.", "(nothing)")
        await desk.press("enter")
        desk.sees(FALLS, "3 of 4 answers marked")

    at_desk(course, [starter, FALLS, None, starter], marks)


def test_wordings_out_of_sight_are_shown_before_a_mark_goes_to_all(course: Any) -> None:
    async def marks(desk: Desk) -> None:
        desk.sees("2 students wrote this, in 2 ways that differ in case or punctuation")
        assert desk.answers() == [LONG, LONG.upper()]
        await desk.press("1")
        desk.sees("There are more wordings below.", "0 of 2 points, not marked yet")
        for _ in range(12):
            await desk.press("enter")
        assert desk.app.state.left == 0

    at_desk(course, [LONG, LONG.upper()], marks)


def test_wordings_in_sight_are_marked_without_ado(course: Any) -> None:
    async def marks(desk: Desk) -> None:
        desk.sees("also written:", FALLS.upper())
        await desk.press("1")
        desk.sees("1 of 2 points, marked")

    at_desk(course, [FALLS, FALLS.upper()], marks)


def test_alike_answers_and_marks_of_the_same_words_are_told(course: Any) -> None:
    done = Given("marked", NAMES)

    async def looks(desk: Desk) -> None:
        desk.sees("1 student got 1 of 2 points for the same words.")
        desk.sees("Number 2 of 3 that are worded alike.")
        await desk.press("n")
        desk.sees("Number 3 of 3 that are worded alike.", "It falls to the right, I think.")
        desk.sees_no("for the same words")

    texts = [FALLS, FALLS, "It falls to the right, I think."]
    at_desk(course, texts, looks, marks=[done, Given(), Given()])


def test_words_of_the_key_that_the_answer_has_not_are_underlined(course: Any) -> None:
    def underlined(desk: Desk) -> list[str]:
        return [
            segment.text.strip()
            for strip in desk.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.underline
        ]

    async def looks(desk: Desk) -> None:
        assert underlined(desk) == ["negative", "slope"]
        await desk.press("n")
        assert underlined(desk) == ["falls", "right"]

    at_desk(course, ["It falls to the right.", "Because of a negative slope."], looks)


def test_the_mouse_does_what_the_keys_do(course: Any) -> None:
    async def clicks(desk: Desk) -> None:
        first, second = desk.app.query(Criterion)
        await desk.pilot.click(second)
        desk.sees("1 of 2 points, marked", "2 [x]")
        await desk.pilot.click(first)
        desk.sees("2 of 2 points, marked")
        await desk.pilot.click("FooterKey")  # the first: Give
        await desk.pilot.pause()
        desk.sees(RISES)

    at_desk(course, [FALLS, RISES], clicks)


def test_markdown_and_maths_read_well_and_nothing_is_hidden_or_obeyed(course: Any) -> None:
    text = "**Up**: $w - \\eta \\cdot (-5)$, <b w> and \x1b[2J `$x$`"

    async def looks(desk: Desk) -> None:
        desk.sees("Up: w − η · (−5), <b w> and �[2J $x$")
        await desk.press("r")
        desk.sees("**Up**: $w - \\eta \\cdot (-5)$, <b w> and �[2J `$x$`")
        await desk.press("r")
        desk.sees("Up: w − η")

    at_desk(course, [text], looks)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+d", "ctrl+q"])
def test_leaving_keeps_the_present_answers_mark(course: Any, key: str) -> None:
    saved = []

    async def leaves(desk: Desk) -> None:
        await desk.press("1", key)
        saved.extend(desk.saved)

    app = at_desk(course, [FALLS, RISES], leaves)
    assert saved == [{"0": Given("marked", NAMES)}]
    assert app.return_code == 0


def test_resizing_keeps_the_answer_in_sight_and_puts_it_beside_the_rubric(course: Any) -> None:
    async def resizes(desk: Desk) -> None:
        answer, below = desk.app.query_one("#answer"), desk.app.query_one("#below")
        assert answer.region.bottom <= below.region.y
        await desk.press("1")
        for size in ((140, 50), (60, 20), (200, 60), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
            beside = size[0] >= 110
            assert (answer.region.right <= below.region.x) == beside
            assert (answer.region.bottom <= below.region.y) != beside
            assert answer.region.height >= 4
            desk.sees("Sentence number 0 goes on.", "1 [x]", "1 of 2 points, marked")

    at_desk(course, [LONG, RISES], resizes)


def test_a_long_answer_and_its_rubric_scroll_each_by_itself(course: Any) -> None:
    async def scrolls(desk: Desk) -> None:
        desk.sees_no("Sentence number 59")
        await desk.press("end")
        desk.sees("Sentence number 59 goes on.", "1 [ ]")
        await desk.press("tab", "end")
        desk.sees("Sentence number 59 goes on.", "The question", "Why?")

    at_desk(course, [LONG], scrolls, size=(60, 20))


def test_the_keys_of_a_rubric_fold_away_and_come_back(course: Any) -> None:
    async def folds(desk: Desk) -> None:
        desk.sees("A negative slope")
        await desk.press("k")
        desk.sees_no("A negative slope")
        await desk.press("k")
        desk.sees("A negative slope")

    at_desk(course, [LONG], folds)


def test_a_criterion_that_is_chosen_comes_into_sight(course: Any) -> None:
    async def chooses(desk: Desk) -> None:
        await desk.press("tab", "end")
        desk.sees_no("2 [ ]")
        await desk.press("2")
        desk.sees("2 [x] 1 Says that the step goes against the gradient.", "A negative slope")

    at_desk(course, [LONG], chooses, size=(60, 11))


def test_too_many_words_are_told(tmp_path: Path) -> None:
    root = write_course(tmp_path, CONTRADICTED)
    path = root / "exercises" / "a01_slopes" / "explain_sign.yaml"
    path.write_text(path.read_text().replace("words: 60", "words: 3"))

    async def looks(desk: Desk) -> None:
        desk.sees("The answer, 5 of at most 3 words", "Contradicts a right answer:")
        desk.sees("- The loss rises.")

    at_desk(load_course(root), [FALLS], looks, size=(140, 50))


def test_a_score_without_criteria_and_a_changed_answer_are_told(course: Any) -> None:
    async def looks(desk: Desk) -> None:
        desk.sees("1.5 of 2 points (given without the criteria), marked before")
        desk.sees("look again")
        await desk.press("enter")
        assert desk.app.state.marks[0] == Given("marked", other=1.5)

    at_desk(course, [FALLS], looks, marks=[Given("again", other=1.5)])


def test_a_gradebook_that_refuses_ends_it_and_says_why(course: Any) -> None:
    def refuse(_: Any) -> None:
        raise StorageError("the disk is full")

    async def marks(desk: Desk) -> None:
        await desk.press("1", "enter")
        assert not desk.app.is_running

    app = at_desk(course, [FALLS, RISES], marks, save=refuse)
    assert str(app.failure) == "the disk is full"
