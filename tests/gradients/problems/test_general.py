from __future__ import annotations

from typing import Any

import torch

from gradeprop.gradients.problems.general import general_misconception

MATRIX = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)


def only(found: Any) -> Any:
    assert len(found) == 1
    return found[0]


def test_factors_and_signs() -> None:
    for name, factor in (
        ("sign_flipped", -1),
        ("missing_factor_two", 0.5),
        ("missing_half", 2),
        ("grad_accumulated", 2),
        ("doubled", 2),
        ("sum_instead_of_mean", 6),
        ("mean_instead_of_sum", 1 / 6),
    ):
        assert torch.allclose(only(general_misconception(MATRIX, name)), MATRIX * factor), name


def test_of_a_tuple_all_items_then_each_alone() -> None:
    found = general_misconception((1.0, 2.0), "sign_flipped")
    assert found == [(-1.0, -2.0), (-1.0, 2.0), (1.0, -2.0)]


def test_words_and_unknown_ids_have_no_variants_that_differ() -> None:
    assert general_misconception("up", "sign_flipped") == ["up"]
    assert general_misconception(MATRIX, "no_such_id") == []


def test_only_matrices_transpose() -> None:
    assert torch.equal(only(general_misconception(MATRIX, "transposed")), MATRIX.T)
    assert general_misconception(MATRIX[0], "transposed") == []
    found = only(general_misconception((MATRIX, MATRIX[0]), "transposed"))
    assert torch.equal(found[0], MATRIX.T)
    assert torch.equal(found[1], MATRIX[0])


def test_axes_swap_in_a_pair_and_in_a_vector_of_two() -> None:
    assert general_misconception((1.0, 2.0), "axes_swapped") == [(2.0, 1.0)]
    assert torch.equal(
        only(general_misconception(MATRIX[0, :2], "axes_swapped")),
        torch.tensor([2.0, 1.0]).double(),
    )
    swapped, flipped = general_misconception((MATRIX, -MATRIX), "axes_swapped")
    assert torch.equal(swapped[0], -MATRIX)
    assert torch.equal(flipped[0], -MATRIX.T)
    assert general_misconception(MATRIX, "axes_swapped") == []
