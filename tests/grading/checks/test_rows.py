"""Expected and got, so that the difference can be seen."""

from __future__ import annotations

from typing import Any

import torch

from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.grading.checks.rows import row_of


def item(got: Any, answer: Any, rule: Any = Rule()) -> Any:  # noqa: B008
    (found,) = row_of("f()", got, answer, rule, ()).items
    return found.expected, found.got, found.right


def tensor(*numbers: Any, **options: Any) -> Any:
    return TensorState(torch.tensor(*numbers, **options))


def test_right_values_are_right() -> None:
    assert item(tensor([1.0, 2.0]), torch.tensor([1.0, 2.0])) == ("[1.0, 2.0]", "[1.0, 2.0]", True)


def test_a_small_difference_is_shown_with_the_digits_that_it_takes() -> None:
    got = tensor([6.00001, 2.0], dtype=torch.float64)
    shown = item(got, torch.tensor([6.0, 2.0], dtype=torch.float64), Rule(rtol=1e-7))
    assert shown == ("[6.00000, 2.0]", "[6.00001, 2.0]", False)


def test_of_a_large_tensor_the_worst_place_is_shown() -> None:
    answer = torch.zeros(5, 5)
    wrong = answer.clone()
    wrong[3, 1] = 2.0
    assert item(TensorState(wrong), answer) == ("0.0 at index [3, 1]", "2.0 at index [3, 1]", False)


def test_shape_and_dtype_are_told_when_they_are_what_is_wrong() -> None:
    assert item(tensor([[1.0]]), torch.tensor([1.0]))[:2] == (
        "[1.0]  shape (1,)",
        "[[1.0]]  shape (1, 1)",
    )
    expected, got, _ = item(tensor([1.0], dtype=torch.float64), torch.tensor([1.0]))
    assert expected.endswith("dtype torch.float32")
    assert got.endswith("dtype torch.float64")


def test_words_and_truth_values_do_not_give_the_answer_away() -> None:
    assert item("up", "down") == (None, '"up"', False)
    assert item(True, False) == (None, "True", False)
    assert item(Opaque("ellipsis"), "down") == (None, "...", False)


def test_the_items_of_a_tuple_are_judged_one_by_one() -> None:
    row = row_of("f()", (1.0, 5.0), (1.0, 2.0), Rule(), ("a", "b"))
    assert [(found.label, found.right) for found in row.items] == [("a", True), ("b", False)]
    assert not row.right
    row = row_of("f()", (1.0, 5.0), (1.0, 2.0), Rule(), ())
    assert [found.label for found in row.items] == ["item 1", "item 2"]
    (found,) = row_of("f()", 1.0, (1.0, 2.0), Rule(), ("a", "b")).items
    assert (found.label, found.expected, found.got) == ("", "(1.0, 2.0)", "1.0")
