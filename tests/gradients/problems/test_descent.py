"""Against the course's numeric anchors and against independent loops."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradeprop.gradients import Descent
from gradeprop.gradients.inputs import draw

X, Y = torch.tensor([0.5, 0.9, 1.4, 1.8]).double(), torch.tensor([2.0, 3.8, 5.0, 7.2]).double()


def line(params: Any, x: Any) -> Any:
    return params[0] * x + params[1]


def fit_line(x: Any = X, y: Any = Y, lr: float = 0.01, steps: int = 100, **more: Any) -> Any:
    zero = torch.zeros((), dtype=x.dtype)
    return Descent(line, x, y, (zero, zero), lr=lr, steps=steps, labels=("a", "b"), **more)


def neuron(**more: Any) -> Any:
    return Descent(
        lambda params, x: x @ params[0].T + params[1],
        torch.tensor([[1.0, 2.0, 3.0]]).double(),
        torch.tensor([[5.0]]).double(),
        (torch.tensor([[0.5, 0.4, 0.3]]).double(), torch.tensor([0.3]).double()),
        lr=0.01,
        steps=1,
        returns=lambda params, loss: (*params, loss(params).item()),
        labels=("new_weight", "new_bias", "new_loss"),
        **more,
    )


def solve(steps: int = 1000) -> Any:
    return Descent(
        lambda params, x: params[0] + x,
        torch.tensor(1.0).double(),
        torch.tensor(3.0).double(),
        (torch.tensor(0.0).double(),),
        lr=1e-3,
        steps=steps,
        factor=0.5,
        returns=lambda params, _: params[0].item(),
    )


def test_anchors_of_fit_line() -> None:
    def near(found: Any, a: Any, b: Any) -> bool:
        return [round(item.item(), 4) for item in found] == [a, b]

    problem = fit_line()
    assert near(problem.answer(), 2.6468, 1.5684)
    for name, a, b in (
        ("grad_accumulated", 6.4024, 1.4647),
        ("sum_instead_of_mean", 3.1682, 0.9350),
        ("missing_factor_two", 2.3463, 1.5739),
        ("broadcast", 1.7808, 2.2002),
        ("ascent", -296.0538, -231.5135),
        ("zeroed_before_step", 0.0, 0.0),
        ("nothing_moved", 0.0, 0.0),
        ("stale_gradient", 12.19, 9.0),  # 100 times the first step
        ("sequential_update", 2.6710, 1.5346),
        ("closed_form", 3.7938, 0.1371),
        ("axes_swapped", 1.5684, 2.6468),
    ):
        assert near(problem.mistake(name)[0], a, b), name
    assert near(problem.mistake("parameter_frozen")[1], 3.7326, 0.0)
    assert near(problem.mistake("off_by_one_step")[0], 2.6438, 1.5706)
    assert near(problem.mistake("off_by_one_step")[1], 2.6498, 1.5661)
    assert problem.mistake("missing_half") == []


def test_anchors_of_neuron_step() -> None:
    problem = neuron()
    weight, bias, loss = problem.answer()
    assert weight.shape == (1, 3)
    assert bias.shape == (1,)
    assert (weight @ torch.tensor([1.0, 2.0, 3.0]).double() + bias).item() == pytest.approx(3.25)
    assert loss == pytest.approx(3.0625)
    for name, variant, anchor in (
        ("ascent", 0, 10.5625),
        ("missing_factor_two", 1, 4.515625),
        ("grad_accumulated", 2, 1.0),
        ("parameter_frozen", 0, 6.0025),
        ("parameter_frozen", 1, 3.24),
        ("stale_loss", 0, 6.25),
        ("zeroed_before_step", 0, 6.25),
        ("nothing_moved", 0, 6.25),
        ("doubled", 1, 1.0),
    ):
        assert problem.mistake(name)[variant][2] == pytest.approx(anchor), name
    assert problem.mistake("stale_gradient") == []  # one step has no other slope
    weight, bias, _ = problem.mistake("input_omitted")[0]  # all slopes are -5
    assert torch.allclose(weight, torch.tensor([[0.55, 0.45, 0.35]]).double())
    assert bias.item() == pytest.approx(0.35)


def test_a_gradient_left_over_from_before_is_added_to_the_first_step() -> None:
    problem = neuron(leftover=(torch.tensor([[1.0, 1.0, 1.0]]), torch.tensor([2.0])))
    assert problem.answer()[2] == pytest.approx(3.0625)
    weight, bias, _ = problem.mistake("grad_accumulated")[1]
    assert torch.allclose(weight, torch.tensor([[0.54, 0.49, 0.44]]).double())
    assert bias.item() == pytest.approx(0.33)


def test_anchors_of_solve() -> None:
    problem = solve()
    assert problem.answer() == pytest.approx(1.26461, abs=5e-6)
    for name, variant, anchor in (
        ("grad_accumulated", 0, 0.04971),
        ("missing_half", 0, 1.72987),
        ("ascent", 0, -3.43385),
        ("off_by_one_step", 0, 1.26387),
        ("off_by_one_step", 1, 1.26534),
        ("closed_form", 0, 2.0),
    ):
        assert problem.mistake(name)[variant] == pytest.approx(anchor, abs=5e-6), name
    assert problem.mistake("parameter_frozen") == []
    # counting twice would equal the ½ forgotten
    assert len(problem.mistake("grad_accumulated")) == 2


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(0, 12),
    st.floats(1e-4, 0.1),
    st.sampled_from(["mean", "sum"]),
    st.sampled_from([1.0, 0.5]),
    st.sampled_from([torch.float64, torch.float32]),
)
def test_the_reference_is_the_plain_rule(
    seed: Any, steps: Any, lr: Any, reduction: Any, factor: Any, dtype: Any
) -> None:
    x, y = draw(seed, (4,), dtype=dtype), draw(seed + 1, (4,), dtype=dtype)
    a = b = 0.0
    for _ in range(steps):
        errors = a * x.double() + b - y.double()
        scale = 2 * factor / (4 if reduction == "mean" else 1)
        a, b = (
            a - lr * scale * (errors * x.double()).sum().item(),
            b - lr * scale * errors.sum().item(),
        )
    found = fit_line(x, y, lr, steps, reduction=reduction, factor=factor).answer()
    assert found[0].dtype == dtype
    assert [item.item() for item in found] == pytest.approx([a, b], rel=1e-6, abs=1e-9)


def test_one_parameter_comes_back_without_a_tuple() -> None:
    start = torch.zeros(2)
    found = Descent(
        lambda p, x: x @ p[0], torch.eye(2), torch.ones(2), [start], lr=0.5, steps=1
    ).answer()
    assert found.tolist() == [0.5, 0.5]


def test_no_exact_answer_where_it_is_not_unique_or_the_model_is_not_linear() -> None:
    assert neuron().mistake("closed_form") == []
    curved = Descent(lambda p, x: torch.exp(p[0] * x), X, Y, (torch.zeros(()),), lr=0.01, steps=3)
    assert curved.mistake("closed_form") == []
    same_x = fit_line(torch.ones(4).double(), Y)
    assert same_x.mistake("closed_form") == []


def test_nothing_is_left_behind_on_the_callers_tensors() -> None:
    start = (torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True))
    with torch.inference_mode():
        Descent(line, X, Y, start, lr=0.01, steps=2).answer()
    assert all(item.grad is None and item.item() == 0 for item in start)


def test_a_predict_that_would_broadcast_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        Descent(lambda p, x: p[0] * x[:, None], X, Y, (torch.zeros(()),), lr=0.1, steps=1)
    with pytest.raises(ValueError, match="steps"):
        fit_line(steps=-1)
    with pytest.raises(ValueError, match="reduction"):
        fit_line(reduction="none")


def test_one_tensor_is_not_taken_for_a_list_of_its_elements() -> None:
    with pytest.raises(ValueError, match=r"write \[w\] for one"):
        Descent(lambda p, x: p[0] * x + p[1], X, Y, torch.zeros(2), lr=0.1, steps=1)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.integers(0, 12), bent=st.booleans())
def test_the_reference_is_what_torch_optim_does(seed: Any, steps: Any, bent: Any) -> None:
    x, y = draw(seed, (6, 3)), draw(seed + 1, (6,))
    # the loss ignores the last
    start = [
        draw(seed + 2, (3,)),
        draw(seed + 3, ()),
        torch.ones(2).double(),
    ]

    def model(params: Any, x: Any) -> Any:
        line = x @ params[0]
        return (torch.tanh(line) if bent else line) + params[1]

    params = [item.clone().requires_grad_() for item in start]
    optimizer = torch.optim.SGD(params, lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        ((model(params, x) - y) ** 2).mean().backward()
        optimizer.step()
    found = Descent(model, x, y, start, lr=0.05, steps=steps).answer()
    for mine, theirs in zip(found, params, strict=True):
        torch.testing.assert_close(mine, theirs.detach(), rtol=1e-12, atol=1e-12)


def by_plain_autograd(problem: Any) -> Any:
    """The same problem, every slope of which comes from autograd."""
    vars(problem._training)["model"] = None  # as if it were not linear
    return problem


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    steps=st.integers(0, 9),
    reduction=st.sampled_from(["mean", "sum"]),
    factor=st.sampled_from([1.0, 0.5]),
)
def test_answers_and_mistakes_by_a_matrix_are_those_of_autograd(
    seed: Any, steps: Any, reduction: Any, factor: Any
) -> None:
    x, y = draw(seed, (5, 2)), draw(seed + 1, (5,))
    start = [draw(seed + 2, (2,)), draw(seed + 3, ())]

    def problem() -> Any:
        return Descent(
            lambda params, x: x @ params[0] + params[1],
            x,
            y,
            start,
            lr=0.02,
            steps=steps,
            reduction=reduction,
            factor=factor,
            returns=lambda params, loss: (*params, loss(params).item()),
            leftover=[draw(seed + 4, (2,)), draw(seed + 5, ())],
        )

    fast, plain = problem(), by_plain_autograd(problem())
    torch.testing.assert_close(fast.answer(), plain.answer(), rtol=1e-11, atol=1e-11)
    for name in (
        "ascent",
        "broadcast",
        "grad_accumulated",
        "input_omitted",
        "mean_instead_of_sum",
        "missing_factor_two",
        "off_by_one_step",
        "parameter_frozen",
        "sequential_update",
        "stale_loss",
        "sum_instead_of_mean",
        "value_not_gradient",
    ):
        torch.testing.assert_close(
            fast.mistake(name), plain.mistake(name), rtol=1e-11, atol=1e-11, msg=name
        )


def test_no_targets_at_all_are_no_trouble() -> None:
    found = fit_line(X[:0], Y[:0], steps=3, reduction="sum").answer()
    assert [item.item() for item in found] == [0.0, 0.0]


def test_a_model_that_is_linear_only_near_the_origin_follows_autograd() -> None:
    start = torch.tensor([30.0]).double()
    problem = Descent(lambda p, x: torch.relu(p[0] * x - 20), X, Y, [start], lr=0.01, steps=4)
    point = start.clone().requires_grad_()
    for _ in range(4):
        (slope,) = torch.autograd.grad(((torch.relu(point * X - 20) - Y) ** 2).mean(), point)
        point = (point - 0.01 * slope).detach().requires_grad_()
    torch.testing.assert_close(problem.answer(), point.detach())


def test_many_parameters_follow_autograd_without_looking_for_a_matrix() -> None:
    calls = []

    def model(params: Any, x: Any) -> Any:
        calls.append(1)
        return x @ params[0]

    Descent(model, draw(1, (3, 300)), draw(2, (3,)), [draw(3, (300,))], lr=0.001, steps=2).answer()
    assert len(calls) == 1 + 2  # for the shape, then once a step
