"""A rubric's outcome as the text that students, formgrader and we ourselves read."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gradeprop.course.model import Criterion, Rubric
from gradeprop.records.gradebook.rubric_comment import points_of, read, written

RUBRIC = Rubric(
    criteria=(
        Criterion(id="names", text="Names the variable\n(and the loss).", points=1),
        Criterion(id="moves", text="Says where the step goes (1 of 2).", points=0.5),
    )
)


def test_each_criterion_is_a_line_and_the_comment_stands_below() -> None:
    assert written(RUBRIC, frozenset({"names"}), "Nearly.") == (
        "- ✓ Names the variable (and the loss). (1 of 1)\n"
        "- ✗ Says where the step goes (1 of 2). (0 of 0.5)\n"
        "\n"
        "Nearly."
    )


def test_points_are_those_of_the_criteria_that_are_met() -> None:
    assert [points_of(RUBRIC, frozenset(met)) for met in ((), ("moves",), ("names", "moves"))] == [
        0,
        0.5,
        1.5,
    ]


@given(
    st.sets(st.sampled_from(["names", "moves"])), st.text(st.characters(categories=["L", "P", "S"]))
)
def test_what_is_written_is_read_again(met: Any, comment: Any) -> None:
    assert read(RUBRIC, written(RUBRIC, frozenset(met), comment)) == (frozenset(met), comment)


def test_what_a_person_wrote_in_formgrader_is_a_comment() -> None:
    assert read(RUBRIC, "Good.\n\n- well said") == (None, "Good.\n\n- well said")
    text = written(RUBRIC, frozenset({"moves"}), "Good.") + "\nVery good."
    assert read(RUBRIC, text) == (frozenset({"moves"}), "Good.\nVery good.")


def test_lines_of_a_former_rubric_neither_count_nor_stay() -> None:
    former = Rubric(
        criteria=(*RUBRIC.criteria[:1], Criterion(id="moves", text="Says why.", points=1))
    )
    assert read(RUBRIC, written(former, frozenset({"names", "moves"}), "Good.")) == (None, "Good.")


def test_a_criterion_added_later_leaves_what_was_met_undecided() -> None:
    former = Rubric(criteria=RUBRIC.criteria[:1])
    assert read(RUBRIC, written(former, frozenset({"names"}), "")) == (None, "")
