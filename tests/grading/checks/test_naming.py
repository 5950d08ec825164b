"""Arguments are shown by the names that the solution gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.grading.checks.expression import expression
from gradeprop.grading.checks.handle import After, Handle
from gradeprop.grading.checks.naming import named, parameters_in
from gradeprop.grading.checks.resolve import path_text
from gradeprop.grading.public.data import _decode_ask, _encode_ask
from gradeprop.session.interface import Call, Read


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(a, b=2, *rest, c): ...", ("a", "b")),
        ("f = lambda a, b: a + b", ("a", "b")),
        ("class f:\n    def __init__(self, a): ...", ("a",)),
        ("def f(a, /, b): ...", ()),
        ("def f(): ...", ()),
    ],
)
def test_parameters_are_read_from_the_source(source: str, names: Any) -> None:
    assert parameters_in(source)["f"] == names


@pytest.mark.parametrize("source", ["", "def f(", "A gradient points uphill.", "\0"])
def test_what_is_no_python_names_nothing(source: str) -> None:
    assert parameters_in(source) == {}


def test_a_question_is_written_with_the_names_and_passes_by_position_all_the_same() -> None:
    call = Call("f", (0.1, 2), {"steps": 3}, parameters=("lr", "count"))
    assert expression(call) == "f(lr=0.1, count=2, steps=3)"
    assert call.arguments == (0.1, 2)
    assert path_text(Handle(0, (After(1),)), call) == "count after f(lr=0.1, count=2, steps=3)"


def test_names_of_an_exercise_are_those_of_its_solution(tmp_path: Path) -> None:
    (exercise, *_) = load_course(write_course(tmp_path)).assignments[0].exercises
    part = exercise.part("by_hand")
    calls = [Call("d_square", (1.0,)), Call("d_square", (1.0, 2.0)), Call("other", (1.0,))]
    found = named([*calls, Read("w")], exercise, part)
    assert [getattr(ask, "parameters", None) for ask in found] == [("w",), (), (), None]


def test_names_travel_in_the_notebook() -> None:
    call = Call("f", (0.1,), parameters=("lr",))
    assert _decode_ask(_encode_ask(call)).parameters == ("lr",)
    assert "parameters" not in _encode_ask(Call("f", (0.1,)))
