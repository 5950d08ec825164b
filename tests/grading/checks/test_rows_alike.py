"""What is expected and what came are written in the same way."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.rows import row_of


def told(got: Any, answer: Any, **rule: Any) -> tuple[Any, str]:
    value = TensorState(got) if isinstance(got, torch.Tensor) else got
    (item,) = row_of("f()", value, answer, Rule(**rule), ()).items
    return item.expected, item.got


def tensor(*numbers: Any) -> Any:
    return torch.tensor(numbers)


@pytest.mark.parametrize(
    ("got", "answer", "expected"),
    [
        (2.001, 2.0, ("2.000", "2.001")),
        (3, 2.0, ("2.0", "3.0")),
        (2, 3, ("3", "2")),
        (1e-9, 2.0, ("2.0", "1e-09")),
        (-0.8455, 3.62138, ("3.6214", "-0.8455")),
        (0.001234, 1234.0, ("1234.0", "0.001234")),
        (float("nan"), 2.0, ("2.0", "nan")),
        (tensor(2.25, 1.0), tensor(2.0, 1.0), ("[2.00, 1.0]", "[2.25, 1.0]")),
        (tensor([1.0, 2.5], [3.0, 4.0]), tensor([1.0, 2.0], [3.0, -4.0]),
         ("[[ 1.0,  2.0],\n [ 3.0, -4.0]]", "[[ 1.0,  2.5],\n [ 3.0,  4.0]]")),
        (tensor([1.0, 2.5]), tensor([1.0, 2.0]), ("[[1.0, 2.0]]", "[[1.0, 2.5]]")),
    ],
)  # fmt: skip
def test_numbers_are_written_alike(got: Any, answer: Any, expected: Any) -> None:
    assert told(got, answer, kinds="either") == expected


def test_an_integer_beside_a_float_is_written_as_one_where_that_is_no_mistake() -> None:
    both = told(tensor(2, 4), tensor(2.0, 5.0), dtype="any")
    assert both == ("[2.0, 5.0]", "[2.0, 4.0]")


def test_one_number_is_written_alike_in_a_list_or_not() -> None:
    assert told(tensor(2.5), 2.0, kinds="either", shapes="single") == ("2.0", "2.5")


def test_a_wrong_dtype_keeps_its_notation() -> None:
    assert told(tensor(2, 4), tensor(2.0, 4.0)) == (
        "[2.0, 4.0]  dtype torch.float32",
        "[2, 4]  dtype torch.int64",
    )
