from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.inputs import draw
from gradeprop.gradients.loops.ground import slopes_of
from gradeprop.gradients.loops.least_squares import least_squares
from gradeprop.gradients.loops.linear import linear_model
from gradeprop.gradients.loops.vectors import array, flatten, points, shaped

START = (torch.tensor([[1.0, -2.0, 0.25]]).double(), torch.tensor([0.5]).double())


def test_vectors_come_back_in_their_shapes() -> None:
    vector = flatten(START)
    assert vector.tolist() == [1.0, -2.0, 0.25, 0.5]
    found = [shaped(vector, START), points(np.stack([np.zeros(4), array(START)]), START)[1]]
    for params in found:
        assert all(torch.equal(a, b) for a, b in zip(params, START, strict=True))


@given(seed=st.integers(0, 10**6), count=st.integers(1, 8), scale=st.floats(0.01, 10))
def test_the_slopes_of_a_linear_model_are_those_of_autograd(
    seed: Any, count: Any, scale: Any
) -> None:
    x, y = draw(seed, (count, 3)), draw(seed + 1, (count, 1))

    def predict(params: Any) -> Any:
        return x @ params[0].T + params[1]

    model = linear_model(predict, START)
    assert np.allclose(model.at(array(START)), predict(START).numpy().reshape(-1), rtol=1e-13)
    found = model.slopes(array((y,)), scale).at(array(START))
    expected = array(slopes_of(lambda params: scale * ((predict(params) - y) ** 2).sum())(START))
    assert np.allclose(found, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "predict",
    [
        lambda params: params[0] ** 2,
        lambda params: params[0] * params[1],
        lambda params: torch.relu(params[0] + params[1]),
        lambda params: torch.tanh(params[0]),
        lambda params: torch.log(params[0]),  # nan at some of the points
        lambda params: params[0] / params[1],
    ],
)
def test_a_model_that_is_not_linear_has_no_matrix(predict: Any) -> None:
    assert linear_model(predict, START) is None


def test_a_model_that_bends_at_its_start_only_has_no_matrix() -> None:
    start = (torch.tensor([40.0]).double(),)
    assert linear_model(lambda params: torch.relu(params[0] - 20), start) is None


@given(seed=st.integers(0, 10**6), count=st.integers(1, 8))
def test_the_least_squares_have_no_slope(seed: Any, count: Any) -> None:
    x, y = draw(seed, (count, 3)), draw(seed + 1, (count, 1))

    def predict(params: Any) -> Any:
        return x @ params[0].T + params[1]

    best = least_squares(linear_model(predict, START), array((y,)))
    if count < 4:
        assert best is None
        return
    slopes = slopes_of(lambda params: ((predict(params) - y) ** 2).sum())(
        points(best[None], START)[0]
    )
    assert float(flatten(slopes).abs().max()) < 1e-9
