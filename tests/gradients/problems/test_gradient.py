"""The reference against closed forms."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients import Gradient
from gradeprop.gradients.inputs import draw

DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
points = st.builds(
    lambda seed, shape, dtype: draw(seed, shape, dtype=dtype),
    st.integers(0, 10_000),
    st.sampled_from([(), (1,), (4,), (2, 3)]),
    st.sampled_from(DTYPES),
)


@given(points)
def test_derivatives_of_known_functions(x: Any) -> None:
    for f, slope in (
        (lambda w: w**2, lambda w: 2 * w),
        (torch.sin, torch.cos),
        (lambda w: (w**3).sum(), lambda w: 3 * w**2),
        (lambda w: torch.log(w.abs()), lambda w: 1 / w),
    ):
        found = Gradient(f, at=x).answer()
        assert found.dtype == x.dtype
        assert found.shape == x.shape
        assert torch.allclose(found, slope(x.double()).to(x.dtype))


def test_upstream_weights_the_outputs() -> None:
    x = torch.tensor([1.0, 2.0, 3.0])
    v = torch.tensor([1.0, 0.5, 0.1])
    problem = Gradient(lambda w: 3 * w**2 + 5, at=x, upstream=v)
    assert torch.allclose(problem.answer(), torch.tensor([6.0, 6.0, 1.8]))
    assert torch.allclose(problem.mistake("upstream_ignored")[0], torch.tensor([6.0, 12.0, 18.0]))
    assert Gradient(torch.sin, at=x).mistake("upstream_ignored") == []


def test_several_inputs_give_a_tuple_in_their_order() -> None:
    x, y = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0, 6.0])
    problem = Gradient(lambda x, y: 3 * x**2 + 2 * y + 5, at=(x, y), labels=("x.grad", "y.grad"))
    found = problem.answer()
    assert torch.equal(found[0], torch.tensor([6.0, 12.0, 18.0]))
    assert torch.equal(found[1], torch.tensor([2.0, 2.0, 2.0]))
    values = problem.mistake("value_not_gradient")[0]
    assert torch.equal(values[0], torch.tensor([16.0, 27.0, 44.0]))
    assert torch.equal(values[1], values[0])
    assert problem.mistake("one_sided_difference")


def test_the_callers_tensor_is_left_alone_in_any_grad_mode() -> None:
    x = torch.tensor([3.0], requires_grad=True)
    for mode in (torch.no_grad, torch.inference_mode, torch.enable_grad):
        with mode():
            problem = Gradient(lambda w: w**2, at=x)
            assert problem.answer().tolist() == [6.0]
            assert problem.mistake("one_sided_difference")
    assert x.grad is None
    assert not problem.answer().requires_grad


def test_a_function_that_ignores_one_input_has_slope_zero_there() -> None:
    x = torch.ones(2)
    assert Gradient(lambda a, _: a**2, at=(x, x)).answer()[1].tolist() == [0.0, 0.0]


def test_what_has_no_gradient_is_refused() -> None:
    with pytest.raises(ValueError, match="does not depend"):
        Gradient(lambda w: w.detach() ** 2, at=torch.ones(2)).answer()
    with pytest.raises(ValueError, match="floating"):
        Gradient(torch.sin, at=torch.ones(2, dtype=torch.int64))


@pytest.mark.parametrize("name", ["one_sided_difference", "not_divided_by_step"])
def test_difference_quotients_agree_whether_or_not_f_is_elementwise(name: str) -> None:
    x = draw(3, (2, 3))
    for fast, slow in zip(
        Gradient(lambda w: w**3, at=x).mistake(name),
        Gradient(lambda w: (w**3).sum(), at=x).mistake(name),
        strict=True,
    ):
        assert torch.allclose(fast, slow, rtol=1e-5, atol=1e-12)


def test_a_difference_quotient_of_a_coupled_function_moves_one_coordinate_at_a_time() -> None:
    x = draw(5, (3,))
    h = 0.1
    naive = torch.stack([((x + h * e).prod() - x.prod()) / h for e in torch.eye(3, dtype=x.dtype)])
    coupled = Gradient(lambda w: w.prod() * torch.ones_like(w) / 3, at=x).mistake(
        "one_sided_difference"
    )
    assert any(torch.allclose(found, naive) for found in coupled)


def test_anchors_of_the_forward_difference() -> None:
    found = Gradient(lambda w: w**2, at=torch.tensor(3.0).double()).mistake("one_sided_difference")
    for anchor in (6.1, 5.9, 6.01, 5.98, 6.001):
        assert any(abs(item.item() - anchor) < 1e-9 for item in found), anchor
    found = Gradient(lambda w: w**2, at=torch.tensor(3.0).double()).mistake("not_divided_by_step")
    for anchor in (0.61, 0.59, 1.2):
        assert any(abs(item.item() - anchor) < 1e-9 for item in found), anchor
