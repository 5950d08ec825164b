"""Slips of the pen in a grader are refused when the check is written."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch

from gradeprop.course.known_ids import MISTAKES
from gradeprop.course.rule_words import RULE_WORDS
from gradeprop.gradients import (
    HVP,
    Descent,
    Field,
    Fixed,
    Gradient,
    Hessian,
    Jacobian,
    Optimizer,
)
from gradeprop.gradients.comparison import rule
from gradeprop.gradients.loops.wrong import WRONG
from gradeprop.grading.checks.script import Reference
from gradeprop.grading.checks.student import Student


def expectation(known: frozenset[str] | None = None) -> Any:
    reference = Reference(bytes(32), "cpu", {}, {}, known=known)
    return reference.expect(Student("cpu").value("w"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kinds": "eithr"}, "kinds='eithr' is not known; did you mean 'either'?"),
        ({"shapes": "any"}, "shapes='any' is not known; known here: exact, scalar, single"),
        ({"dtype": "floatin"}, "dtype='floatin' is not known; did you mean 'floating'?"),
    ],
)
def test_an_option_that_is_not_known_is_refused(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        expectation().to_match(Fixed(1.0), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"requires_grad": "yes"}, "requires_grad='yes' is no truth value; write True or False"),
        ({"is_leaf": 1}, "is_leaf=1 is no truth value; write True or False"),
        ({"computed_from": "xy"}, r"write computed_from=\('xy',\)"),
        ({"computed_from": 3}, "computed_from takes a tuple of names, not 3"),
    ],
)
def test_a_flag_or_name_that_is_none_is_refused(options: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        expectation().to_match(Fixed(1.0), **options)


def test_an_answer_in_place_of_a_problem_is_told_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"not float: write to_match\(Fixed\(3.0\)\)"):
        expectation().to_match(3.0)
    with pytest.raises(TypeError, match=r"write to_match\(Fixed\(\.\.\.\)\)"):
        expectation().to_match(torch.arange(40))


def test_an_id_that_nothing_declares_is_refused() -> None:
    known = frozenset({"missing_factor_two", "took_w"})
    with pytest.raises(ValueError, match="has the id 'tok_w'; did you mean 'took_w'"):
        expectation(known).to_match(Fixed(1.0, mistakes={"tok_w": 2.0}))
    at = torch.tensor([1.0])
    with pytest.raises(ValueError, match="Gradient: no misconception of this exercise has the id"):
        expectation(known).to_match(Gradient(torch.sin, at=at, wrong={"cosine": torch.cos}))
    expectation(known).to_match(Fixed(1.0, mistakes={"took_w": 2.0}))


def test_the_words_that_loading_knows_are_those_of_a_rule() -> None:
    assert {
        "kinds": get_args(rule.Kinds),
        "shapes": get_args(rule.Shapes),
        "dtype": get_args(rule.DTypes),
    } == RULE_WORDS


OF_OPTIMIZERS = {
    "default_lr", "option_left_out", "plain_descent", "state_lost", "wrong_step_size"
}  # fmt: skip


def problems() -> list[Any]:
    """One of each kind but an optimizer, on inputs on which all that it knows means something."""
    at = torch.tensor([[1.0, 2.0], [3.0, 5.0]], dtype=torch.float64)
    x, y = at[0], at[1]
    pair = [torch.tensor(1.0), torch.tensor(2.0)]

    def line(p: Any, x: Any) -> Any:
        return p[0] * x + p[1]

    def bowl(x: Any) -> Any:
        return (x**3).sum() + x.prod()

    return [
        Fixed(at),
        Gradient(lambda x: x**2, at=at, upstream=at),
        Descent(line, x, y, pair, lr=0.1, steps=2, factor=0.5),
        Descent(line, x, y, pair, lr=0.1, steps=2, reduction="sum"),
        Field(at),
        Jacobian(lambda x: x**2, at=x),
        Hessian(bowl, at=x),
        HVP(bowl, at=x, v=y),
    ]


@pytest.mark.parametrize("name", sorted(set(MISTAKES) - OF_OPTIMIZERS))
def test_each_mistake_that_yaml_may_name_is_known_by_a_problem(name: str) -> None:
    assert any(problem.mistake(name) for problem in problems())


@pytest.mark.slow  # the first optimizer of a process imports torch._dynamo, which takes seconds
@pytest.mark.parametrize("name", sorted(OF_OPTIMIZERS))
def test_each_mistake_of_optimizers_that_yaml_may_name_is_known(name: str) -> None:
    assert name in MISTAKES
    start = [torch.tensor(1.0)]
    given: Any = {"lr": 0.1, "steps": 2, "momentum": 0.9}
    assert Optimizer(torch.optim.SGD, lambda p: p[0] ** 2, start, **given).mistake(name)


def test_each_mistake_of_a_loop_may_be_named() -> None:
    assert set(WRONG) <= set(MISTAKES)
