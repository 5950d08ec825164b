"""Who is graded when, and when a check is the grader's fault."""

from __future__ import annotations

from typing import Any

import pytest

from course.minimal import GRADER, write_course
from gradeprop.course.load import load_course
from gradeprop.grading.checks.watch import Seen
from gradeprop.grading.run.turns import PROVEN, Turns
from gradeprop.grading.run.watched import Fallen

SHAPE, HIDDEN = ("square_derivative", "shape"), ("square_derivative", "matches_autograd")


@pytest.fixture
def course(tmp_path: Any) -> Any:
    return load_course(write_course(tmp_path))


def fell(turns: Turns, course: Any, seen: Seen | None, left: dict[str, int]) -> dict[str, int]:
    fallen = Fallen(seen, "the check did not end in 30 s", "")
    return turns.fell(fallen, course, course.assignments[0], list(left), left)


def test_what_is_to_be_alone_waits_for_all_and_all_wait_for_it(course: Any) -> None:
    turns = Turns({})
    turns.add(4, 2)
    assert turns.next(nobody_works=True) == [0, 1]
    fell(turns, course, Seen(1.0, 1, 1), {"a": 0, "b": 1})
    assert turns.next(nobody_works=False) is None
    assert turns.next(nobody_works=True) == [1]
    assert turns.next(nobody_works=False) is None
    turns.is_alone = False
    assert turns.next(nobody_works=False) == [0]
    assert turns.next(nobody_works=False) == [2, 3]
    assert not turns


def test_who_was_disturbed_is_graded_alone_when_all_others_have_been() -> None:
    turns = Turns({})
    turns.disturbed(7)
    turns.add(1, 1)
    assert turns.next(nobody_works=True) == [0]
    assert turns.next(nobody_works=False) is None
    assert turns.next(nobody_works=True) == [7]
    assert turns.is_alone


def test_a_check_is_a_fault_of_who_met_it_twice_and_of_all_when_enough_have(course: Any) -> None:
    turns = Turns({})
    for number in range(PROVEN):
        left = {f"s{number}": number}
        assert fell(turns, course, Seen(1.0, 0, 1), left) == {}
        assert (f"s{number}", *HIDDEN) not in turns.of_one
        assert turns.of_all == {}
        assert fell(turns, course, Seen(1.0, 0, 1), left) == {}
        assert turns.of_one[(f"s{number}", *HIDDEN)].startswith(f"{GRADER}:13: the check did not")
    assert list(turns.of_all) == [HIDDEN]


def test_one_who_met_it_twice_is_enough_where_that_is_said(course: Any) -> None:
    turns = Turns({}, proven=1)
    fell(turns, course, Seen(1.0, 0, 1), {"s": 0})
    assert turns.of_all == {}
    fell(turns, course, Seen(1.0, 0, 1), {"s": 0})
    assert list(turns.of_all) == [HIDDEN]


def test_falls_of_different_checks_prove_nothing_about_each_other(course: Any) -> None:
    turns = Turns({})
    fell(turns, course, Seen(1.0, 0, 0), {"s": 0})
    fell(turns, course, Seen(1.0, 0, 1), {"s": 0})
    assert not turns.of_one


def test_a_process_that_falls_at_no_check_blames_nobody_but_who_is_alone_twice(
    course: Any,
) -> None:
    turns = Turns({})
    assert fell(turns, course, None, {"a": 0, "b": 1}) == {}
    assert [turns.next(nobody_works=True) for _ in range(2)] == [[0], [1]]
    assert fell(turns, course, None, {"b": 1}) == {}
    assert turns.next(nobody_works=True) == [1]
    assert fell(turns, course, None, {"b": 1}) == {"b": 1}
    assert not turns


def test_a_file_that_falls_twice_is_imported_for_nobody(course: Any) -> None:
    turns = Turns({})
    for _ in range(2):
        fell(turns, course, Seen(1.0, imported=0), {"a": 0, "b": 1})
    assert list(turns.of_all) == [SHAPE, HIDDEN]
    assert turns.of_all[SHAPE].startswith(f"{GRADER}: the check did not end")


def test_on_many_machines_what_is_alone_comes_first_and_keeps_nobody_waiting(course: Any) -> None:
    turns = Turns({})
    turns.add(4, 2)
    assert turns.next_somewhere() == ([0, 1], False)
    fell(turns, course, Seen(1.0, 1, 1), {"a": 0, "b": 1})
    turns.disturbed(9)
    assert turns.next_somewhere() == ([1], True)
    assert turns.next_somewhere() == ([0], False)
    turns.again([1], alone=True)
    turns.again([0], alone=False)
    assert turns.next_somewhere() == ([1], True)
    assert turns.next_somewhere() == ([0], False)
    assert turns.next_somewhere() == ([2, 3], False)
    assert turns.next_somewhere() == ([9], True)
    assert turns.next_somewhere() is None
