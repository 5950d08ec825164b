"""Dicts are compared name by name, sets member by member; what is wrong is said of the right one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.comparison.compare import compare, matches
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.diagnose import diagnose
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import Opaque, TensorState

STRICT = Rule()
NAMED = {"W1": torch.ones(2), "b": 3.0}


def weight(number: float = 1.0) -> TensorState:
    return TensorState(torch.full((2,), number))


@pytest.mark.parametrize(
    ("got", "kind", "said"),
    [
        ({"b": 3.0, "W1": weight()}, None, ""),
        ({"W1": weight(2.0), "b": 3.0}, "value", "Your W1 is 2.0 at index [0], expected 1.0."),
        ({"W1": weight(), "b": 4.0}, "value", "Your b is 4.0, expected 3.0."),
        ({"W1": weight()}, "keys", 'Your answer has the key "W1", expected the keys "W1" and "b".'),
        ({}, "keys", 'Your answer has no keys, expected the keys "W1" and "b".'),
        ({"W1": weight(), "b": 3.0, "c": 1}, "keys", 'has the keys "W1", "b" and "c", expected'),
        ((weight(), 3.0), "type", 'is a tuple, expected a dict. Give each value its name: {"name"'),
        (Opaque("Net"), "type", "Your answer is a Net, expected a dict."),
        (None, "none", "Your answer is None."),
        ({"W1": None, "b": 3.0}, "none", "Your W1 is None."),
    ],
)
def test_a_dict_is_compared_by_name(got: Any, kind: str | None, said: str) -> None:
    found = compare(got, NAMED)
    assert (found and found.kind) == kind
    assert matches(got, NAMED, STRICT) is (kind is None)
    if found is not None:
        assert said in found.student(public=True)
        assert "3.0" not in found.student(public=False)


def test_rules_of_items_go_by_the_names_in_order() -> None:
    rule = Rule(items=(Rule(), Rule(rtol=0.5)))
    assert compare({"W1": weight(), "b": 3.5}, NAMED, rule) is None
    assert compare({"W1": weight(1.5), "b": 3.0}, NAMED, rule) is not None


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ({"a", "b"}, True),
        ({" a", "b "}, True),
        ({"a"}, False),
        ({"a", "b", "c"}, False),
        (set(), False),
    ],
)
def test_a_set_of_words_has_no_order(got: set[str], right: bool) -> None:
    expected: Any = frozenset({"a", "b"})
    assert (compare(frozenset(got), expected) is None) is right
    assert matches(frozenset(got), expected, STRICT) is right


def test_true_is_not_one_in_a_set() -> None:
    assert compare(frozenset({True}), frozenset({1})) is not None
    assert compare(frozenset({1.0}), frozenset({1})) is None


def test_what_a_set_should_be_is_never_shown() -> None:
    found = compare(frozenset({"wrong"}), frozenset({"leaf"}))
    assert found is not None
    assert found.student(public=True) == 'Your answer is {"wrong"}, which is not right.'
    assert found.student(public=False) == "Your answer is not right."
    assert "leaf" in found.detail()


def test_a_list_for_a_set_is_told_to_use_braces() -> None:
    found = compare(["a", "b"], frozenset({"a", "b"}))
    assert found is not None
    assert found.student(public=True) == (
        "Your answer is a list, expected a set. Put its items in braces."
    )


def test_an_object_is_refused_in_words() -> None:
    found = compare(Opaque("torch.nn.modules.linear.Linear"), torch.ones(1))
    assert found is not None
    assert found.student(public=True) == (
        "Your answer is a torch.nn.modules.linear.Linear, expected a tensor. That is an object: "
        "give the value that it computes or holds."
    )


def test_one_wrong_name_of_a_dict_is_explained() -> None:
    wrong = {**NAMED, "W1": -torch.ones(2)}
    seen = Observation({"W1": weight(-1.0), "b": 3.0}, NAMED, {"sign_flipped": [wrong]})
    assert diagnose([seen]).named == "sign_flipped"


def test_other_names_are_a_wrong_shape_and_a_constant_is_hard_coded() -> None:
    assert diagnose([Observation({"W": weight(), "b": 3.0}, NAMED)]).named == "wrong_shape"
    other = {"W1": torch.zeros(2), "b": 5.0}
    got = {"W1": weight(9.0), "b": 9.0}
    observations = [Observation(got, right, called="f") for right in (NAMED, other)]
    assert diagnose(observations).named == "hard_coded"
