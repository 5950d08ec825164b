"""The rule of the course's total."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.records.course_total import OPEN, AssignmentMark, State, StudentTotal
from gradeprop.records.gradebook.given import Person


def graded(name: str, score: float, most: float, weight: float = 1.0) -> AssignmentMark:
    return AssignmentMark(name, weight, "graded", score, most)


def missed(name: str, weight: float = 1.0) -> AssignmentMark:
    return AssignmentMark(name, weight, "missed", 0.0, 5.0)


def total(*marks: AssignmentMark) -> StudentTotal:
    return StudentTotal("ada", Person(), marks)


def test_it_is_the_mean_of_the_shares_by_weight_whatever_the_points() -> None:
    assert total(graded("a01", 3, 6), graded("a02", 10, 10)).percent == 75.0
    assert total(graded("a01", 3, 6), graded("a02", 10, 10, weight=3)).percent == 87.5


def test_what_was_due_and_not_handed_in_is_0() -> None:
    student = total(graded("a01", 6, 6), missed("a02", weight=3))
    assert (student.percent, student.missed, student.open) == (25.0, ["a02"], {})


@pytest.mark.parametrize("state", OPEN)
def test_what_is_open_is_neither_0_nor_in_the_weights_but_named(state: State) -> None:
    unknown = AssignmentMark("a02", 3.0, state, None, 10.0)
    student = total(graded("a01", 3, 6), unknown)
    assert student.percent == 50.0
    assert (student.weight_counted, student.weight) == (1.0, 4.0)
    assert student.open == {"a02": OPEN[state]}


def test_every_state_counts_or_is_open_or_has_no_points() -> None:
    marks = [AssignmentMark("a01", 1.0, state, None, 1.0) for state in get_args(State)]
    rest = [mark.state for mark in marks if not mark.counts and mark.state not in OPEN]
    assert rest == ["without_points"]


def test_nothing_that_counts_is_no_total_and_not_0() -> None:
    assert total().percent is None
    assert total(AssignmentMark("a01", 1.0, "waiting", None, 6.0)).percent is None
    assert total(AssignmentMark("a01", 1.0, "without_points", 0.0, 0.0)).percent is None


def test_an_assignment_without_points_is_in_no_weight() -> None:
    student = total(graded("a01", 3, 6), AssignmentMark("a02", 2.0, "without_points", 0.0, 0.0))
    assert (student.percent, student.weight_counted, student.weight) == (50.0, 1.0, 1.0)


def test_extra_credit_may_lift_it_over_100() -> None:
    assert total(graded("a01", 9, 6), graded("a02", 5, 5)).percent == 125.0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 100_000)), min_size=1, max_size=20),
    st.floats(0.01, 100),
)
def test_only_the_ratios_of_the_weights_matter(
    shares: list[tuple[float, float]], factor: float
) -> None:
    one = total(*(graded("a", share, 1.0, weight) for share, weight in shares))
    other = total(*(graded("a", share, 1.0, weight * factor) for share, weight in shares))
    assert one.percent is not None
    assert one.percent == pytest.approx(other.percent)
    assert -1e-9 <= one.percent <= 100 + 1e-9
