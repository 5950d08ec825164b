"""What a grader writes down of a question: handles, names, functions of its own."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.expression import expression
from gradeprop.grading.checks.handle import After, Handle, Key
from gradeprop.grading.checks.resolve import path_text
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Bound, Call, ReadAll, Run

SCALE = 2.0


def harness(f: Any, x: Any) -> Any:
    return f(x) * SCALE


def needs_more(f: Any) -> Any:
    return pytest.raises(f)


def asked(write: Any) -> Any:
    student = Student("cpu")
    write(student)
    return student.asks[-1]


def shown(write: Any) -> str:
    student = Student("cpu")
    handle = write(student)
    return path_text(handle, student.asks[handle.ask])


def test_a_key_is_not_the_gradient() -> None:
    handle = Student("cpu").call("f")
    assert handle["grad"].path == (Key("grad"),)
    assert handle["grad"] != handle.grad
    assert handle[0]["W1"].grad.path == (0, Key("W1"), "grad")


@pytest.mark.parametrize("item", [1.0, None, True, slice(2), Handle(0)])
def test_an_item_has_a_number_or_a_key(item: Any) -> None:
    with pytest.raises(TypeError, match="an item is named by its number or its key"):
        Handle(0)[item]


@pytest.mark.parametrize("other", [3, None, "up", torch.tensor([1.0])])
def test_a_value_that_is_not_known_yet_is_compared_with_nothing(other: Any) -> None:
    with pytest.raises(TypeError, match=r"cannot compare a student's value: .* reference.expect"):
        assert Handle(0) == other
    assert len({Handle(0), Handle(0), Handle(1)}) == 2


def test_only_of_values_is_it_known_how_many_there_are() -> None:
    student = Student("cpu")
    a, b = student.values("a", "b")
    assert (a, b) == (Handle(0, (0,)), Handle(0, (1,)))
    assert student.asks == [ReadAll(("a", "b"))]
    for handle in (student.value("w"), a, student.values("a", "b").grad, student.call("f")):
        with pytest.raises(TypeError, match="only known after the test function"):
            list(handle)


@pytest.mark.parametrize("names", [(), (1,), (["a", "b"],)])
def test_values_takes_names(names: Any) -> None:
    with pytest.raises(TypeError, match="takes names in quotes"):
        Student("cpu").values(*names)


def test_after_stands_for_an_argument_by_its_place_or_keyword() -> None:
    handle = Student("cpu").call("f", 1.0, 2.0, lr=0.1)
    assert handle.after(1).path == (After(1),)
    assert handle.after("lr")["a"].path == (After("lr"), Key("a"))


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda s: s.call("f", 1.0).after(1), "no argument 1 to look at after the call; of this handle's call there are: 0"),
        (lambda s: s.call("f", 1.0, lr=2).after("x"), "there are: 0, 'lr'"),
        (lambda s: s.value("w").after(0), "there are: none"),
        (lambda s: s.call("f", 1.0)[0].after(0), "there are: 0"),
        (lambda s: s.call("f", 1.0, may_change=(1,)), "may_change names 1; the arguments are: 0"),
        (lambda s: s.call("f", may_change=("x",)), "may_change names 'x'; the arguments are: none"),
        (lambda s: s.call("f", 1.0, may_change=0), "may_change takes a tuple: may_change=(0,)"),
        (lambda s: s.call("f", lr=1.0, may_change="lr"), "a tuple: may_change=('lr',)"),
        (lambda s: s.call(harness, 1.0), "a function of the grader's own is run by student.run"),
        (lambda s: s.name(harness), "takes a name in quotes"),
        (lambda s: s.run(lambda f: f), "is not defined at the top level of its file"),
        (lambda s: s.run(torch.sin), "is no function of this file or of graders/shared/"),
        (lambda s: s.run("harness"), "'harness' is no function of this file"),
        (lambda s: s.run(needs_more, 1), "'needs_more' runs on the student's side and names 'pytest' of 'import pytest'"),
        (lambda s: s.call("f", needs_more), "which does not travel; only torch and math do"),
        (lambda s: s.call("f", torch.nn.Linear(1, 1)), "a check can only pass tensors"),
        (lambda s: s.call("f", {1.0, (2, 3)}), "a check can only pass tensors"),
        (lambda s: s.call("f", s.value("w")), "sets of words or numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_when_it_is_written(write: Any, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        write(Student("cpu"))
    assert said in str(caught.value)


def test_a_function_of_the_file_travels_with_what_it_names() -> None:
    ask = asked(lambda s: s.run(harness, s.name("f"), torch.ones(1)))
    assert isinstance(ask, Run)
    assert ask.function.name == "harness"
    assert "SCALE = 2.0" in ask.function.source
    assert ask.arguments[0] == Bound("f")
    assert isinstance(ask.arguments[1], TensorState)


def test_all_kinds_of_arguments_are_passed() -> None:
    ask = asked(lambda s: s.call("f", [harness], {"m": (s.name("net"), None)}, {"a", 1}, lr=True))
    assert isinstance(ask, Call)
    ((code,), named, members) = ask.arguments
    assert code.name == "harness"
    assert named == {"m": (Bound("net"), None)}
    assert members == frozenset({"a", 1})
    assert ask.keywords == {"lr": True}


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda s: s.run(harness, s.name("Cube"), torch.tensor([1.0]), k=[s.name("g"), 2]),
         "run: harness(Cube, [1.0], k=[g, 2])"),
        (lambda s: s.call("f", harness, (s.name("net"),), {"a": s.name("b")})["W1"],
         'f(harness, (net,), {"a": b})["W1"]'),
        (lambda s: s.call("f", {"a", "b"}, {"x": 1.0})[0]["grad"].grad,
         'f({"a", "b"}, {"x": 1.0})[0]["grad"].grad'),
        (lambda s: s.values("a", "b"), "(a, b)"),
        (lambda s: s.values("a", "b")[1].grad, "b.grad"),
        (lambda s: s.values("a"), "(a,)"),
        (lambda s: s.call("f", 2.0).after(0), "argument 1 after f(2.0)"),
        (lambda s: s.call("f", x=2.0).after("x"), "x after f(x=2.0)"),
        (lambda s: s.call("f", 2.0).after(0)["W"].grad, '["W"].grad of argument 1 after f(2.0)'),
    ],
)  # fmt: skip
def test_a_question_is_shown_in_plain_words(write: Any, text: str) -> None:
    assert shown(write) == text


def test_a_run_is_not_shown_as_a_call() -> None:
    ask = asked(lambda s: s.run(harness, s.name("Cube"), 1.0))
    assert expression(ask) == "run: harness(Cube, 1.0)"
