"""How a difference is told: to the student by numbers where they may be seen, else by kind."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.values import Opaque, TensorState
from gradients.comparison.answers import LADDER, RIGHT, state, tensor


def test_the_greatest_differences_are_found_with_their_indices() -> None:
    got = RIGHT.clone()
    got[1, 2] -= 0.5  # the greatest absolute difference
    got[0, 0] += 0.4  # the greatest relative one
    found = compare(state(got), RIGHT)
    assert found is not None
    assert found.index == (1, 2)
    assert found.relative_index == (0, 0)
    assert found.absolute == pytest.approx(0.5)
    assert found.relative == pytest.approx(0.4)
    assert (found.wrong, found.total) == (2, 6)
    assert (found.expected, found.got) == ("-6.0", "-6.5")


def test_a_big_tensor_is_told_at_its_worst_index() -> None:
    right = torch.ones(5, 4, dtype=torch.float64) * 3
    got = right.clone()
    got[2, 0] = 6
    found = compare(state(got), right)
    assert found is not None
    assert found.detail().startswith("at index [2, 0]: expected 3.0, got 6.0")
    assert (
        found.student(True)
        == "Your answer is 6.0 at index [2, 0], expected 3.0. 1 of 20 values differ."
    )


def test_a_small_tensor_is_told_whole_with_digits_that_tell_it_apart() -> None:
    found = compare(state([12.01, 1.0]), tensor([12.0, 1.0]))
    assert found is not None
    assert "expected [12.0, 1.0], got [12.01, 1.0]" in found.detail()
    found = compare(1.26387, 1.26411)
    assert found is not None
    assert found.student(True) == "Your answer is 1.2639, expected 1.2641."


WRONG = [got for _, got in LADDER]


@pytest.mark.parametrize("got", WRONG, ids=str)
def test_a_hidden_check_shows_no_number_and_no_shape(got: Any) -> None:
    found = compare(got, RIGHT, Rule(device="cpu"))
    assert found is not None
    assert not any(char.isdigit() for char in found.student(False))
    assert "cuda" not in found.student(False)


def test_a_hidden_wrong_length_shows_no_number() -> None:
    found = compare((1.0,), (1.0, 2.0))
    assert found is not None
    assert not any(char.isdigit() for char in found.student(False))
    assert found.student(True).startswith("Your answer has 1 item, expected a tuple of 2 items")


def test_remedies_fit_the_type() -> None:
    def text(got: Any, right: Any, rule: Any = STRICT) -> Any:
        found = compare(got, right, rule)
        assert found is not None
        return found.student(True)

    for array in ("numpy.ndarray", "numpy.float64"):
        assert "torch.as_tensor(..., dtype=x.dtype)" in text(Opaque(array), RIGHT)
        assert "torch.as_tensor(...)." in text(Opaque(array), RIGHT, Rule(dtype="floating"))
    assert "torch.tensor(..., dtype=x.dtype)" in text([1.0, 2.0], RIGHT)
    assert "torch.tensor(...)" in text(2.0, RIGHT, Rule(dtype="floating"))
    assert "first item: [0]" in text((state(1.0),), RIGHT)
    assert "the item that is asked for" in text([state(1.0), state(2.0)], RIGHT)
    assert "the item that is asked for" in text([2.0, 1.0], 1.0)
    assert ".item()" in text(state(1.0), 1.0)
    assert "call it" in text(Opaque("function"), RIGHT)
    assert "with a decimal point" in text(TensorState(torch.tensor(3)), RIGHT.sum())
    assert "Keep the dtype" in text(TensorState(RIGHT.double()), RIGHT.float())
    assert text(None, RIGHT) == "Your answer is None."


def test_a_list_of_one_is_not_told_to_give_its_first_item_for_it_may_hold_more_another_time() -> (
    None
):
    def text(got: Any, right: Any) -> Any:
        found = compare(got, right)
        assert found is not None
        return found.student(True)

    assert "Leave out .tolist()" in text([1.0], RIGHT)
    assert "Leave out .tolist()" in text((1.0,), RIGHT)
    assert "first item: [0]" in text((1.0,), 2.0)
    assert "[-1] for the last" in text([1.0], 2.0)
    tensors = text([state(1.0)], RIGHT)
    assert "[-1] for the last" in tensors
    assert "torch.stack(...)" in tensors
    assert "torch.stack" not in text((state(1.0), state(2.0)), RIGHT)


def test_a_hostile_type_name_is_cut_and_cleaned() -> None:
    found = compare(Opaque("x" * 5000 + "\x1b[31m"), RIGHT)
    assert found is not None
    assert len(found.student(True)) < 200
    assert "\x1b" not in compare(Opaque("\x1b[31mred"), RIGHT).student(True)
