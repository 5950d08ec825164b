"""Steps of torch.optim's optimizers, with numbers worked out by hand or known from the course."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients import Optimizer

# The first optimizer of a process imports torch._dynamo, which takes seconds.
pytestmark = pytest.mark.slow

THREE = torch.tensor([3.0], dtype=torch.float64)
GIVEN = [lambda p, g=g: g * p[0] for g in (1.0, -2.0, 0.5)]
"""Losses whose gradients are 1, −2 and ½ wherever one is."""


def square(params: Any) -> Any:
    return (params[0] ** 2).sum()


def adam(**changed: Any) -> Any:
    return Optimizer(torch.optim.Adam, GIVEN, [THREE], **{"lr": 0.1, "steps": 3, **changed})


def momentum(**changed: Any) -> Any:
    options = {"lr": 0.1, "steps": 3, "momentum": 0.9, **changed}
    return Optimizer(torch.optim.SGD, square, [THREE], **options)


def test_adam_by_given_gradients() -> None:
    assert adam().answer().item() == pytest.approx(2.95028, abs=1e-5)
    assert adam().mistake("state_lost")[0].item() == pytest.approx(2.9)  # the sign of each


def test_momentum() -> None:
    assert momentum().answer().item() == pytest.approx(0.186)
    assert momentum().mistake("plain_descent")[0].item() == pytest.approx(1.536)
    one, all_of_them = momentum().mistake("option_left_out")
    assert one.item() == all_of_them.item() == pytest.approx(1.536)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("nothing_moved", [3]),
        ("ascent", [5.184]),
        ("off_by_one_step", [1.92, 1.2288]),
        ("stale_gradient", [1.2]),
        ("missing_factor_two", [2.187]),
        ("doubled", [0.648]),
        ("wrong_step_size", None),
        ("parameter_frozen", []),
        ("axes_swapped", []),
    ],
)
def test_mistakes_of_plain_descent(name: str, given: Any) -> None:
    found = Optimizer(torch.optim.SGD, square, [THREE], lr=0.1, steps=3).mistake(name)
    if given is not None:
        assert [item.item() for item in found] == pytest.approx(given)
    else:
        assert found[2].item() == pytest.approx(0.648)  # lr = 0.2
        assert len(found) == 6


def test_gradients_pile_up_with_what_was_there_before() -> None:
    options: Any = {"lr": 0.1, "steps": 1, "leftover": [torch.tensor([10.0])]}
    problem = Optimizer(torch.optim.SGD, square, [THREE], **options)
    assert [item.item() for item in problem.mistake("grad_accumulated")] == pytest.approx(
        [2.4, 1.4]
    )


def test_gradients_cleared_too_early_leave_decay_at_work_or_nothing() -> None:
    problem = Optimizer(torch.optim.AdamW, square, [THREE], lr=0.1, steps=1, weight_decay=0.5)
    unmoved, decayed = (item.item() for item in problem.mistake("zeroed_before_step"))
    assert (unmoved, decayed) == pytest.approx((3, 2.85))


def test_several_parameters_have_labels_and_can_stand_still() -> None:
    start = [torch.tensor(1.0), torch.tensor([2.0])]
    loss = lambda p: p[0] ** 2 + p[1].sum()  # noqa: E731
    problem = Optimizer(torch.optim.SGD, loss, start, lr=0.5, steps=1, labels=("a", "b"))
    a, b = problem.answer()
    assert (a.dtype, a.tolist(), b.tolist()) == (torch.float32, 0.0, [1.5])
    frozen = [[item.tolist() for item in answer] for answer in problem.mistake("parameter_frozen")]
    assert frozen == [[1.0, [1.5]], [0.0, [2.0]]]
    assert problem.labels == ("a", "b")


def test_the_loss_is_reported_late_or_early() -> None:
    returns = lambda params, loss: (params[0], loss(params))  # noqa: E731
    problem = Optimizer(torch.optim.SGD, square, [THREE], lr=0.1, steps=2, returns=returns)
    assert [item.item() for item in problem.answer()] == pytest.approx([1.92, 3.6864])
    stale = [[item.item() for item in answer] for answer in problem.mistake("stale_loss")]
    assert stale[0] == pytest.approx([1.92, 5.76])
    assert stale[1] == pytest.approx([1.92, 9])


def test_the_default_step_size_of_the_class_is_known() -> None:
    (found,) = adam(steps=1).mistake("default_lr")
    assert found.item() == pytest.approx(2.999)


def test_another_loss_is_followed_instead() -> None:
    problem = Optimizer(
        torch.optim.SGD, square, [THREE], lr=0.1, steps=1,
        wrong={"wrong_function": lambda p: 3 * p[0].sum()},
    )  # fmt: skip
    assert problem.mistake("wrong_function")[0].item() == pytest.approx(2.7)


def test_the_callers_tensors_stay_as_they_are() -> None:
    start = THREE.clone().requires_grad_()
    start.grad = torch.ones(1, dtype=torch.float64)
    Optimizer(torch.optim.SGD, square, [start], lr=0.1, steps=3).answer()
    assert (start.item(), start.grad.item()) == (3.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"kind": "Adam"}, "write a class of torch.optim, such as torch.optim.Adam, not 'Adam'"),
        ({"kind": torch.optim.LBFGS}, "LBFGS asks for the loss several times"),
        ({"steps": -1}, "steps must be 0 or more, not -1"),
        ({"start": [torch.tensor([1])]}, "start must be a list of floating tensors"),
        ({"start": torch.tensor([1.0, 2.0])}, r"write \[w\] for one"),
        ({"momentun": 0.9}, "momentun"),
        ({"lr": -1.0}, "Invalid learning rate"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_posed(arguments: Any, said: str) -> None:
    options = {"kind": torch.optim.SGD, "start": [THREE], "lr": 0.1, "steps": 1, **arguments}
    kind, start = options.pop("kind"), options.pop("start")
    with pytest.raises((TypeError, ValueError), match=said):
        Optimizer(kind, square, start, **options)
