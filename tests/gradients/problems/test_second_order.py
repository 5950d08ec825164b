"""Jacobians, Hessians and their products with vectors, and what is made of them by mistake."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients import HVP, Hessian, Jacobian

AT = torch.tensor([1.0, 2.0], dtype=torch.float64)


def pair(x: Any) -> Any:
    """(x₀²x₁, 3x₀, x₁³): its Jacobian at (1, 2) is ((4, 1), (3, 0), (0, 12))."""
    return torch.stack([x[0] ** 2 * x[1], 3 * x[0], x[1] ** 3])


def bowl(x: Any) -> Any:
    """x₀³ + x₀x₁²: gradient (7, 4) and Hessian ((6, 4), (4, 2)) at (1, 2)."""
    return x[0] ** 3 + x[0] * x[1] ** 2


def numbers(answers: list[Any]) -> list[Any]:
    return [answer.tolist() for answer in answers]


def test_a_jacobian_has_a_row_for_each_output() -> None:
    problem = Jacobian(pair, at=AT.float())
    assert problem.answer().dtype == torch.float32
    assert problem.answer().tolist() == [[4, 1], [3, 0], [0, 12]]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("transposed", [[[4, 3, 0], [1, 0, 12]]]),
        ("summed_over_outputs", [[7, 13]]),
        ("summed_over_inputs", [[5, 3, 12]]),
        ("value_not_gradient", [[2, 3, 8]]),
        ("sign_flipped", [[[-4, -1], [-3, 0], [0, -12]]]),
        ("diagonal_only", []),
        ("unheard_of", []),
    ],
)
def test_mistakes_of_a_jacobian(name: str, given: Any) -> None:
    assert numbers(Jacobian(pair, at=AT).mistake(name)) == given


def test_a_square_jacobian_has_a_diagonal() -> None:
    square = Jacobian(lambda x: pair(x)[:2], at=AT)
    assert numbers(square.mistake("diagonal_only")) == [[[4, 0], [0, 0]], [4, 0]]


def test_a_jacobian_of_tables_keeps_their_shapes() -> None:
    x = torch.arange(6.0, dtype=torch.float64).reshape(2, 3)
    problem = Jacobian(lambda x: x.sum(1), at=x)
    assert problem.answer().shape == (2, 2, 3)
    assert problem.mistake("summed_over_outputs")[0].shape == (2, 3)


def test_a_hessian_and_its_mistakes() -> None:
    problem = Hessian(bowl, at=AT)
    assert problem.answer().tolist() == [[6, 4], [4, 2]]
    assert numbers(problem.mistake("gradient_not_hessian")) == [[7, 4]]
    assert numbers(problem.mistake("diagonal_only")) == [[[6, 0], [0, 2]], [6, 2]]
    assert numbers(problem.mistake("triangle_only")) == [[[6, 4], [0, 2]], [[6, 0], [4, 2]]]
    assert numbers(problem.mistake("summed_over_inputs")) == [[10, 6]]
    assert numbers(problem.mistake("missing_factor_two")) == [[[3, 2], [2, 1]]]


def test_a_product_of_hessian_and_vector_and_its_mistakes() -> None:
    problem = HVP(bowl, at=AT, v=torch.tensor([1.0, -1.0]))
    assert problem.answer().tolist() == [2, 2]
    assert numbers(problem.mistake("gradient_not_hessian")) == [[7, 4], [7, -4], 3]
    assert numbers(problem.mistake("vector_ignored")) == [[10, 6]]
    assert numbers(problem.mistake("diagonal_only")) == [[6, -2]]
    assert numbers(problem.mistake("triangle_only")) == [[2, -2], [6, 2]]
    assert numbers(problem.mistake("doubled")) == [[4, 4]]


@pytest.mark.parametrize("make", [Hessian, lambda f, at, wrong: HVP(f, at, AT, wrong=wrong)])
def test_wrong_functions_have_second_derivatives_of_their_own(make: Any) -> None:
    half = make(bowl, at=AT, wrong={"halved": lambda x: bowl(x) / 2})
    assert half.stated == {"halved"}
    assert torch.equal(2 * half.mistake("halved")[0], half.answer())


def test_what_has_no_second_derivatives_is_refused_when_it_is_posed() -> None:
    with pytest.raises(ValueError, match="Hessian: f\\(x\\) must be a tensor of one element"):
        Hessian(pair, at=AT)
    with pytest.raises(ValueError, match="Hessian: at must be a floating tensor"):
        Hessian(bowl, at=torch.tensor([1, 2]))
    with pytest.raises(ValueError, match="v has shape \\(3,\\) but at has \\(2,\\)"):
        HVP(bowl, at=AT, v=torch.ones(3))
    with pytest.raises(ValueError, match="Jacobian: f\\(x\\) must be a tensor, not float"):
        Jacobian(lambda x: x.sum().item(), at=AT)


def test_an_error_in_a_wrong_function_is_told_with_its_id() -> None:
    problem = Jacobian(pair, at=AT, wrong={"swapped": [pair, lambda x: x[7]]})
    with pytest.raises(ValueError, match=r"Jacobian: wrong\['swapped'\]\[1\] raised IndexError"):
        problem.mistake("swapped")
