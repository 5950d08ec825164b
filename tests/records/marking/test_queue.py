"""What each key does while marking."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as where
from hypothesis import strategies as st

from gradeprop.course.model import Criterion, ExplanationPart, Rubric
from gradeprop.records.gradebook.rubric_comment import written
from gradeprop.records.marking.groups import Group
from gradeprop.records.marking.queue import (
    Given,
    Item,
    begin,
    comment,
    given,
    marked_before,
    press,
    unsaved,
    used_comments,
)

WHY = ("explain_sign", "why")
PART = ExplanationPart(
    part="why",
    kind="explanation",
    prompt="Why?",
    rubric=Rubric(
        criteria=(
            Criterion(id="names", text="Names it.", points=1),
            Criterion(id="moves", text="Moves.", points=2),
        )
    ),
)
OPEN = Given()
DONE = Given("marked", frozenset({"names"}))


def marking(*marks: Any, together: Any = None) -> Any:
    """Answers with these marks; ``together`` tells which are looked at at once, else each alone."""
    items = [Item(str(n), WHY, f"answer {n}") for n in range(len(marks))]
    members = together or [(n,) for n in range(len(marks))]
    groups = [Group(tuple(some), f"answer {some[0]}", (f"answer {some[0]}",)) for some in members]
    return begin({WHY: PART}, items, marks, groups)


def pressed(state: Any, keys: Any) -> Any:
    for key in keys.split():
        state = press(state, key)
    return state


def test_it_begins_at_the_first_answer_that_is_not_marked() -> None:
    assert marking(DONE, OPEN, OPEN).at == 1
    assert marking(DONE, Given("again"), OPEN).at == 1
    assert marking(DONE, DONE).at == 0
    assert marking(DONE, OPEN, OPEN).left == 2


def test_number_keys_toggle_criteria_and_the_points_follow() -> None:
    state = pressed(marking(OPEN), "1 2")
    assert (state.mark.points(PART), state.mark.score(PART), state.mark.standing) == (
        3,
        3,
        "marked",
    )
    state = pressed(state, "1")
    assert (state.mark.met, state.mark.score(PART)) == (frozenset({"moves"}), 2)


def test_enter_gives_what_is_shown_even_nothing_and_goes_to_the_next_unmarked() -> None:
    state = pressed(marking(OPEN, DONE, OPEN), "enter")
    assert (state.at, state.marks[0].score(PART)) == (2, 0)
    assert state.marks[0].text(PART) == "- ✗ Names it. (0 of 1)\n- ✗ Moves. (0 of 2)"


def test_what_was_only_looked_at_stays_unmarked() -> None:
    state = pressed(marking(OPEN, OPEN), "n p n")
    assert state.marks == (OPEN, OPEN)
    assert state.marks[0].score(PART) is None


def test_skipping_puts_the_answer_back_as_it_was_and_comes_to_it_again() -> None:
    state = pressed(marking(OPEN, OPEN), "1 s")
    assert (state.at, state.marks) == (1, (OPEN, OPEN))
    state = pressed(state, "2 enter")
    assert (state.at, state.left) == (0, 1)


def test_the_ends_are_said_and_nothing_moves() -> None:
    state = press(marking(OPEN, OPEN), "p")
    assert (state.at, state.message) == (0, "This is the first answer.")
    state = pressed(state, "n n")
    assert (state.at, state.message) == (1, "This is the last answer.")
    assert "Every answer is marked" in pressed(marking(OPEN), "1 enter").message
    assert press(marking(OPEN), "s").message == "No other answer is left to mark."
    assert press(marking(OPEN), "3").message.startswith("No such key")
    assert press(marking(OPEN), "\x1b[15~").message.startswith("No such key")


def test_undo_goes_back_over_answers_one_step_at_a_time() -> None:
    state = pressed(marking(OPEN, OPEN), "1 enter 2")
    state = press(state, "u")
    assert (state.at, state.marks[1]) == (1, OPEN)
    state = press(state, "u")
    assert (state.at, state.marks) == (0, (OPEN, OPEN))
    assert press(state, "u").message == "There is nothing to undo."


def test_a_comment_alone_does_not_mark() -> None:
    state = comment(marking(OPEN), "  See\nme. ")
    assert (state.mark.standing, state.mark.text(PART), state.mark.score(PART)) == (
        "open",
        "See me.",
        None,
    )
    assert (
        pressed(state, "1 enter").mark.text(PART)
        == "- ✓ Names it. (1 of 1)\n- ✗ Moves. (0 of 2)\n\nSee me."
    )
    assert press(state, "u").mark == OPEN


def test_a_mark_goes_to_all_answers_of_a_group_and_so_does_undoing_it() -> None:
    state = marking(OPEN, OPEN, OPEN, OPEN, together=[(0, 2), (1,), (3,)])
    assert (state.left, state.at) == (4, 0)
    state = comment(pressed(state, "2"), "Why?")
    given = Given("marked", frozenset({"moves"}), "Why?")
    assert state.marks == (given, OPEN, given, OPEN)
    assert unsaved(state, (OPEN,) * 4) == [0, 2]
    state = pressed(state, "enter 1")
    assert (state.at, state.left) == (1, 1)
    state = pressed(state, "u u u")
    assert (state.at, state.left) == (0, 4)
    assert state.marks == (OPEN,) * 4


def test_skipping_a_group_puts_all_its_answers_back() -> None:
    again = Given("again", frozenset({"names"}))
    state = pressed(marking(again, again, OPEN, together=[(0, 1), (2,)]), "2 s")
    assert (state.at, state.marks) == (1, (again, again, OPEN))


def test_comments_are_offered_by_how_many_answers_have_them() -> None:
    often, once = Given("marked", comment="Often."), Given("marked", comment="Once.")
    state = marking(often, OPEN, often, once, together=[(0, 2), (1,), (3,)])
    assert used_comments(state) == ("Often.", "Once.")
    assert used_comments(comment(state, "A new one.")) == ("Often.", "A new one.", "Once.")


def test_comments_of_another_part_are_not_offered() -> None:
    other = ("explain_size", "why")
    items = [Item("0", WHY, "a"), Item("1", other, "b")]
    marks = [OPEN, Given("marked", comment="About size.")]
    groups = [Group((0,), "a", ("a",)), Group((1,), "b", ("b",))]
    state = begin({WHY: PART, other: PART}, items, marks, groups)
    assert used_comments(state) == ()
    assert used_comments(press(state, "n")) == ("About size.",)


def test_what_the_same_words_were_given_before_is_known() -> None:
    groups = [Group((0,), "same", ("Same.",)), Group((1, 2), "same", ("same",))]
    items = [Item(str(number), WHY, "same") for number in range(3)]
    state = begin({WHY: PART}, items, [DONE, OPEN, OPEN], groups)
    assert (state.at, marked_before(state)) == (1, (groups[0],))
    assert marked_before(press(state, "p")) == ()
    assert marked_before(pressed(state, "1 p")) == (groups[1],)


def test_a_score_from_formgrader_stands_until_a_criterion_is_chosen() -> None:
    found = given(PART, 2.5, "Well.", needed=False)
    assert found == Given("marked", frozenset(), "Well.", 2.5)
    assert (found.score(PART), found.text(PART)) == (2.5, "Well.")
    state = pressed(marking(found), "1")
    assert (state.mark.score(PART), state.mark.other) == (1, None)


def test_our_own_marks_are_known_again_unless_the_score_was_changed_elsewhere() -> None:
    text = written(PART.rubric, frozenset({"moves"}), "Good.")
    assert given(PART, 2.0, text, needed=False) == Given("marked", frozenset({"moves"}), "Good.")
    assert given(PART, 3.0, text, needed=False) == Given("marked", frozenset(), "Good.", 3.0)


def test_a_mark_of_an_earlier_answer_is_to_be_looked_at_and_enter_keeps_it() -> None:
    found = given(PART, 2.0, written(PART.rubric, frozenset({"moves"}), ""), needed=True)
    assert (found.standing, found.score(PART)) == ("again", 2)
    state = press(marking(found), "enter")
    assert (state.mark.standing, state.mark.met) == ("marked", frozenset({"moves"}))


@where(st.lists(st.sampled_from(["1", "2", "enter", "n", "p", "s", "x", "comment"]), max_size=30))
def test_undoing_everything_brings_back_what_there_was(keys: Any) -> None:
    start = marking(OPEN, DONE, Given("again", frozenset(), "", 1.5))
    state = start
    for key in keys:
        state = (
            comment(state, f"after {len(state.history)}") if key == "comment" else press(state, key)
        )
        assert 0 <= state.at < 3
    for _ in state.history:
        state = press(state, "u")
    assert state.marks == start.marks
    assert state.history == ()


@pytest.mark.parametrize("score", [None, 0.0, 1.5, 3.0])
@pytest.mark.parametrize("needed", [True, False])
def test_what_the_gradebook_holds_is_written_back_as_it_was(
    score: float | None, needed: bool
) -> None:
    if score is not None:
        assert given(PART, score, "Well.", needed=needed).score(PART) == score
        assert given(PART, score, "Well.", needed=needed).text(PART) == "Well."
    else:
        assert given(PART, None, "Well.", needed=needed) == Given("open", frozenset(), "Well.")
