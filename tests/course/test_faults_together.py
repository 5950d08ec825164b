from __future__ import annotations

from typing import Any

from gradeprop.course.fault_names import ids_in
from gradeprop.course.faults_together import together
from gradeprop.course.model import CodePart, RepairPart

SOLUTION = "a = 1\nb = 2\nc = 3"
FAULTS: dict[str, Any] = {
    "one": {"change": {"a = 1": "a = 0"}},
    "two": {"change": {"b = 2": "b = 0"}},
    "three": {"change": {"c = 3": "c = 0"}},
    "same": {"change": {"c = 3": "c = 9"}},
    "near": {"change": {"= 2\nc": "= 2\nd"}},
    "none": {"change": {"b = 2": "pass"}},
    "written": {"sample": "a = 5"},
}


def made(*names: str, kind: Any = RepairPart, starter: str = "given") -> dict[str, tuple[str, ...]]:
    part = kind.model_validate(
        {
            "part": "p",
            "kind": "repair" if kind is RepairPart else "code",
            "prompt": "Mend it.",
            "starter": starter,
            "checks": [{"check": "c", "points": 1, "describe": "It is right."}],
            "misconceptions": [{"id": name, "say": "No.", **FAULTS[name]} for name in names],
        }
    )
    return together(part, SOLUTION)


def test_two_faults_are_made_of_both_changes() -> None:
    assert made("one", "two") == {"one+two": ("a = 0\nb = 0\nc = 3",)}


def test_of_three_faults_there_are_all_pairs_and_all_three() -> None:
    found = made("one", "two", "three")
    assert set(found) == {"one+two", "one+three", "two+three", "one+two+three"}
    assert found["one+two+three"] == ("a = 0\nb = 0\nc = 0",)


def test_what_cannot_be_combined_is_left_out_and_all_are_in_what_is_given() -> None:
    assert made("three", "same") == {"three+same": ("given",)}
    assert made("one", "three", "near") == {
        "one+three": ("a = 0\nb = 2\nc = 0",),
        "one+near": ("a = 0\nb = 2\nd = 3",),
        "one+three+near": ("given",),
    }
    assert made("one", "written") == {"one+written": ("given",)}


def test_a_mistake_made_in_mending_is_none_of_the_faults_that_are_given() -> None:
    starter = "a = 0\nb = 0\n\nc = 3  # given"
    assert made("written", "one", "two", starter=starter) == {"one+two": ("a = 0\nb = 0\nc = 3",)}
    assert "same+one+two+three" not in made("same", "one", "two", "three", starter=starter)
    assert made("same", "one", starter="a = 0\nb = 2\nc = 3") == {
        "same+one": ("a = 0\nb = 2\nc = 9",)
    }


def test_a_line_that_is_left_out_is_one_that_is_passed_over() -> None:
    found = made("same", "three", "none", starter="a = 1\nc = 0")
    assert found == {"same+none": ("a = 1\npass\nc = 9",), "three+none": ("a = 1\npass\nc = 0",)}


def test_three_of_four_faults_are_in_what_is_given() -> None:
    starter = "a = 0\nb = 0\nc = 0"
    assert made("written", "one", "two", "three", starter=starter)["one+two+three"] == (starter,)


def test_one_fault_alone_and_other_kinds_of_part_have_none() -> None:
    assert made("one") == {}
    assert made("one", "two", kind=CodePart) == {}


def test_a_name_of_several_gives_their_ids_back() -> None:
    assert ids_in("one+two") == ["one", "two"]
    assert ids_in("one") == ["one"]
