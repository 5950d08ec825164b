"""Which answers are looked at, and which are put together."""

from __future__ import annotations

import pickle
from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.grading.checks.behaviour import Gave
from gradeprop.grading.checks.judgement import Judgement, Why
from gradeprop.grading.discovery import Seen, grouped, seen_in
from gradeprop.grading.run.worker import Shown

PART = PartKey("square", "by_hand")
OTHER = PartKey("square", "again")
PARTS = {"square.values": PART, "square.shape": PART}


def gave(*values: Any) -> tuple[Gave, ...]:
    return tuple(Gave(value, Rule()) for value in values)


def shown(student: str, check: str, *values: float, status: Any = "failed", **more: Any) -> Shown:
    judgement = Judgement(status, **more)
    return Shown("square", check, "cpu", judgement, student, pickle.dumps(gave(*values)))


def test_all_cases_of_a_check_count() -> None:
    """A check that is asked in two cases tells answers apart by either."""
    told = [
        shown("ada", "values", 1.0),
        shown("ada", "values", 5.0),
        shown("bob", "values", 2.0),
        shown("bob", "values", 5.0),
    ]
    came = seen_in(told, {"ada": [PART], "bob": [PART]}, PARTS)
    assert [len(item.gave["values cpu"]) for item in came.seen] == [2, 2]
    assert len(grouped(came.seen)) == 2


def test_what_is_named_or_right_on_common_inputs_is_counted() -> None:
    told = [
        shown("ada", "values", 1.0, misconceptions=("halved",)),
        shown("bob", "values", 2.0, status="passed"),
        shown("cy", "values", 3.0),
        shown("dan", "values", 3.0),  # not asked about
    ]
    came = seen_in(told, {"ada": [PART], "bob": [PART], "cy": [PART]}, PARTS)
    assert (came.named, came.right) == (1, 1)
    assert [item.student for item in came.seen] == ["cy"]


def test_a_mistake_that_explains_nothing_is_not_the_nearest() -> None:
    none, some = Why("nearest is halved", 0), Why("nearest is halved, or so", 1)
    wanted = {"ada": [PART], "bob": [PART]}
    told = [shown("ada", "values", 1.0, why=none), shown("bob", "values", 1.0, why=some)]
    assert [item.nearest for item in seen_in(told, wanted, PARTS).seen] == [None, some.words]


def test_what_did_not_end_is_counted_and_in_no_group() -> None:
    told = [
        shown("ada", "values", 1.0, status="timeout"),
        shown("bob", "values", 1.0),
        shown("bob", "shape", 1.0, status="killed"),
        shown("cy", "values", 1.0),
    ]
    came = seen_in(told, {name: [PART] for name in ("ada", "bob", "cy")}, PARTS)
    assert ([item.student for item in came.seen], came.stopped) == (["cy"], 2)


def test_groups_are_of_one_part_and_the_largest_comes_first() -> None:
    def one(student: str, part: PartKey, value: float) -> Seen:
        return Seen(student, part, {"values cpu": gave(value)})

    groups = grouped(
        [one("a", PART, 1.0), one("b", PART, 2.0), one("c", OTHER, 2.0), one("d", PART, 2.0 + 1e-9)]
    )
    assert [[item.student for item in group.seen] for group in groups] == [["b", "d"], ["a"], ["c"]]
