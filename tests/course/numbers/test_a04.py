"""The numbers in the texts of a04_descent, computed and looked up; test_numbers_in_texts has more."""

from __future__ import annotations

import torch
from torch import tensor

from course.test_numbers_in_texts import states

DOUBLE = torch.float64


def test_neuron_grads_states_prediction_error_loss_and_gradients() -> None:
    w = tensor([0.5, 0.4, 0.3], requires_grad=True)
    b = tensor(0.3, requires_grad=True)
    prediction = (w * tensor([1.0, 2.0, 3.0])).sum() + b
    loss = (prediction - 5) ** 2
    loss.backward()
    name = "a04_descent/neuron_grads"
    told = f"The prediction is ${prediction:.1f}$, the error ${prediction - 5:.1f}$, the loss"
    states(name, f"{told} ${loss:.2f}$")
    weights = ", ".join(f"{slope:.0f}" for slope in w.grad.tolist())
    states(name, f"the gradients are $[{weights}]$ for the weights and ${b.grad:.0f}$ for the bias")


def losses_of_a_line(lr: float, steps: int) -> list[float]:
    """The loss on the four points of the text, before the first step and after each of them."""
    x, y = tensor([0.5, 0.9, 1.4, 1.8], dtype=DOUBLE), tensor([2.0, 3.8, 5.0, 7.2], dtype=DOUBLE)
    a = b = torch.zeros((), dtype=DOUBLE)
    losses = []
    for _ in range(steps + 1):
        error = a * x + b - y
        losses.append((error**2).mean().item())
        a, b = a - lr * 2 * (error * x).mean(), b - lr * 2 * error.mean()
    return losses


def test_fit_line_states_when_its_loss_curves_come_down() -> None:
    slow, middle, fast = (losses_of_a_line(lr, 5000) for lr in (0.001, 0.01, 0.1))
    name = "a04_descent/fit_line"
    states(
        name, f"with a loss of {middle[100]:.2f}. With 0.001", f"still {slow[5000]:.2f} after 5000"
    )
    states(name, "the loss takes about 2000 steps", "after about 200 steps, with 0.01 after about")
    for losses, arrived in ((middle, 2000), (fast, 200)):
        assert f"{losses[arrived // 2]:.3f}" != "0.080"
        assert f"{losses[arrived]:.3f}" == "0.080"


def test_the_line_that_a_tutorial_prints_is_not_the_best() -> None:
    x, y = tensor([0.5, 0.9, 1.4, 1.8]), tensor([2.0, 3.8, 5.0, 7.2])
    rows = torch.stack([x, torch.ones(4)], dim=1)
    best = torch.linalg.lstsq(rows, y[:, None]).solution[:, 0]
    printed = tensor([2.7157, 1.4730])
    states("a04_descent/least_squares_line", "$a = 2.7157$ and $b = 1.4730$")
    losses = [((rows @ line - y) ** 2).mean() for line in (best, printed)]
    assert losses[1] > 4 * losses[0]
