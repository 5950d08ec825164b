"""Attributes before values, values never by broadcasting."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.comparison.compare import compare, matches
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import TensorState
from gradients.comparison.answers import LADDER, RIGHT, inf, kind, nan, state, tensor


@pytest.mark.parametrize(("expected", "got"), LADDER)
def test_the_most_basic_difference_is_reported(expected: Any, got: Any) -> None:
    assert kind(got, RIGHT, Rule(device="cpu")) == expected


def test_the_right_answer_passes_whatever_its_graph() -> None:
    leaf = RIGHT.clone().requires_grad_()
    assert compare(TensorState(leaf * 1, requires_grad=True, is_leaf=False), RIGHT) is None


@given(
    st.lists(st.floats(-1e6, 1e6).filter(lambda v: abs(v) > 1e-3), min_size=1, max_size=6),
    st.integers(0, 5),
    st.sampled_from([torch.float64, torch.float32]),
)
def test_any_one_element_off_by_a_step_is_wrong(values: Any, where: Any, dtype: Any) -> None:
    right = tensor(values, dtype)
    largest = right.abs().max()
    wrong = right.clone()
    wrong[where % len(values)] += 5e-4 * largest
    assert compare(state(right.clone()), right) is None
    found = compare(state(wrong), right)
    assert found is not None
    assert found.kind == "value"


@given(st.floats(1e-9, 1e9), st.integers(1, 5), st.sampled_from([torch.float64, torch.float32]))
def test_an_all_zero_gradient_never_passes_whatever_the_atol(
    size: Any, count: Any, dtype: Any
) -> None:
    right = torch.full((count,), size, dtype=dtype)
    for rule in (
        Rule(),
        Rule(atol=1.0),
        Rule(tolerances={"float32": (1e-4, 1e6), "float64": (1e-4, 1e6)}),
    ):
        assert kind(state(torch.zeros_like(right)), right, rule) == "value"


def test_zero_is_right_where_the_reference_is_zero_up_to_rounding() -> None:
    assert compare(state([0.0, 0.0]), tensor([1e-17, 0.0])) is None


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ([6.0], [6.0, 6.0]),
        (6.0, [6.0, 6.0]),
        ([[6.0]], [6.0]),
        ([[6.0], [6.0]], [6.0, 6.0]),
        ([6.0, 6.0], [6.0]),
    ],
)
def test_broadcasting_helps_nobody(got: Any, right: Any) -> None:
    for shapes in ("exact", "scalar"):
        assert kind(state(got), tensor(right), Rule(shapes=shapes)) == "shape"


def test_zero_d_and_one_element_are_the_same_only_where_the_rule_says_so() -> None:
    zero_d, one, matrix = tensor(6.0), tensor([6.0]), tensor([[6.0]])
    assert kind(state(one), zero_d) == "shape"
    assert kind(state(one), zero_d, Rule(shapes="scalar")) is None
    assert kind(state(zero_d), one, Rule(shapes="scalar")) is None
    assert kind(state(matrix), one, Rule(shapes="scalar")) == "shape"
    assert kind(state(matrix), one, Rule(shapes="single")) is None
    assert kind(state(tensor([7.0])), zero_d, Rule(shapes="scalar")) == "value"


@pytest.mark.parametrize(
    ("got", "right", "kinds", "expected"),
    [
        (6.0, 6.0, "same", None),
        (6, 6.0, "same", None),
        (6.0, 6, "same", None),
        (7, 6, "same", "value"),
        (True, 1.0, "either", "type"),
        (1.0, True, "either", "type"),
        (True, True, "same", None),
        (False, True, "same", "value"),
        (10**400, 6.0, "same", "not_finite"),
        (10**400, 10**400, "same", None),
        (10**400 + 1, 10**400, "same", "value"),
        (state(6.0), 6.0, "same", "type"),
        (state(6.0), 6.0, "either", None),
        (state(6.0, torch.float32), 6.0, "either", None),
        (state(6, torch.int64), 6.0, "either", None),
        (state([6.0]), 6.0, "either", "shape"),
        (6.0, tensor(6.0), "either", None),
        (6.0, tensor([6.0]), "either", "type"),
        (6.0, tensor(6.0), "tensor", "type"),
        (state(6.0), tensor(6.0), "number", "type"),
        (6.0, tensor([6.0, 6.0]), "either", "type"),
    ],
    ids=lambda item: str(item)[:12],
)
def test_kinds_of_number(got: Any, right: Any, kinds: str, expected: str | None) -> None:
    assert kind(got, right, Rule(kinds=kinds)) == expected


def test_a_python_float_stands_for_a_one_element_tensor_under_a_scalar_rule() -> None:
    assert compare(6.0, tensor([6.0]), Rule(kinds="either", shapes="scalar")) is None
    assert kind(6.0, tensor([[6.0]]), Rule(kinds="either", shapes="single")) is None


def test_floating_dtypes_are_interchangeable_only_where_the_rule_says_so() -> None:
    right = tensor([1.0, 2.0])
    assert kind(state(right.float()), right) == "dtype"
    assert kind(state(right.float()), right, Rule(dtype="floating")) is None
    assert kind(state(right.long()), right, Rule(dtype="floating")) == "dtype"
    assert kind(state(right.long()), right, Rule(dtype="any")) is None


def test_a_device_without_number_accepts_any_number() -> None:
    right = tensor([1.0])
    assert compare(state([1.0], device="cuda:3"), right, Rule(device="cuda")) is None
    assert kind(state([1.0], device="cuda:3"), right, Rule(device="cuda:0")) == "device"


def test_words_ignore_surrounding_space_only() -> None:
    assert compare(" increase\n", "increase") is None
    assert kind("Increase", "increase") == "value"
    assert kind(1, "increase") == "type"


def test_words_and_truth_values_never_give_the_answer_away_to_the_student() -> None:
    for got, right in (("down", "up"), (False, True)):
        found = compare(got, right)
        assert found is not None
        for public in (True, False):
            assert str(right) not in found.student(public)
        assert str(right) in found.detail()


def test_tuples_and_lists_are_both_sequences() -> None:
    right = (tensor(1.0), 2.0)
    assert compare([state(1.0), 2.0], right) is None
    assert compare((state(1.0), 2.0), right) is None
    assert kind((state(1.0),), right) == "length"
    assert kind(state([1.0, 2.0]), right) == "type"
    assert kind(None, right) == "none"


def test_the_most_basic_mismatch_of_a_tuple_is_reported_with_its_label() -> None:
    right = (tensor(1.0), tensor(2.0))
    found = compare((state(5.0), None), right, labels=("a", "b"))
    assert found is not None
    assert (found.kind, found.place) == ("none", "b")
    found = compare((state(1.0), state(5.0)), right)
    assert found is not None
    assert (found.kind, found.place) == ("value", "item 2")


def test_each_item_may_have_its_own_rule() -> None:
    rule = Rule(items=(Rule(), Rule(kinds="either", shapes="single")))
    right = (tensor([[1.0]]), 9.0)
    assert compare((state([[1.0]]), state([[9.0]])), right, rule) is None
    assert kind((state([1.0]), 9.0), right, rule) == "shape"


@pytest.mark.parametrize(
    ("got", "right", "expected"),
    [
        ([nan, 1.0], [nan, 1.0], None),
        ([inf, 1.0], [inf, 1.0], None),
        ([-inf, 1.0], [inf, 1.0], "value"),
        ([nan, 1.0], [inf, 1.0], "value"),
        ([0.0, 1.0], [nan, 1.0], "value"),
        ([1e30, 1.0], [inf, 1.0], "value"),
        ([inf, 1.0], [1e30, 1.0], "not_finite"),
        ([nan, 1.1], [nan, 1.0], "value"),
        ([nan, nan], [nan, nan], None),
    ],
)
def test_nan_and_inf_must_be_where_they_belong(got: Any, right: Any, expected: str | None) -> None:
    found = compare(state(got), tensor(right))
    assert (found and found.kind) == expected
    if found:
        assert found.detail()
        assert found.student(True)


def test_integers_and_truth_values_are_compared_exactly() -> None:
    right = torch.tensor([2**60, 1])
    assert compare(state(right.clone()), right) is None
    assert kind(state(right + 1), right) == "value"
    assert kind(state(torch.tensor([True, False])), torch.tensor([True, True])) == "value"
    assert kind(state(torch.tensor([1, 1])), torch.tensor([True, True])) == "dtype"


def test_complex_numbers_compare() -> None:
    right = torch.tensor([1 + 2j], dtype=torch.complex128)
    assert compare(state(right.clone()), right) is None
    assert kind(state(right.conj().resolve_conj()), right) == "value"


def test_empty_tensors_need_the_right_shape() -> None:
    assert compare(state(torch.zeros(0, 3)), torch.zeros(0, 3)) is None
    assert kind(state(torch.zeros(3, 0)), torch.zeros(0, 3)) == "shape"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_has_room_for_rounding_but_not_for_mistakes(dtype: Any) -> None:
    w = torch.linspace(0.5, 2.5, 40, dtype=torch.float64).to(dtype)
    right = (3 * w.double() ** 2).to(dtype)
    assert compare(state(w * w * 3), right) is None
    assert kind(state(w * w * 2.8), right) == "value"


def test_large_whole_numbers_are_told_apart() -> None:
    large = torch.tensor([2**53 + 1, 5])
    assert compare(state(large.clone()), large) is None
    assert kind(state(torch.tensor([2**53, 5])), large) == "value"
    assert kind(float(2**24), torch.tensor(2**24 + 1), Rule(kinds="either")) == "value"
    assert compare(float(2**24), torch.tensor(2**24), Rule(kinds="either")) is None


def test_a_conjugate_is_compared_like_any_other() -> None:
    right = torch.tensor([1 + 2j, 3 - 1j], dtype=torch.complex128)
    assert compare(state(right.conj()), right.conj()) is None
    assert kind(state(right.clone()), right.conj()) == "value"


@pytest.mark.parametrize("count", [2, 50])
def test_an_absolute_tolerance_can_be_capped(count: int) -> None:
    right = torch.full((count,), 1e-9, dtype=torch.float64)
    answer, rule = (
        state(right * 1.5),
        Rule(atol=0.1, tolerances={"float64": (1e-3, 0.5)}, items=(Rule(atol=2.0),)),
    )
    assert matches(answer, right, rule)
    assert not matches(answer, right, rule, most_atol=1e-12)
    assert matches((answer,), (right,), rule)
    assert not matches((answer,), (right,), rule, most_atol=1e-12)
    assert matches(state(right * 1.0005), right, rule, most_atol=0.0)
