"""The numbers in the texts of a04_descent, computed and looked up; test_numbers_in_texts has more."""

from __future__ import annotations

import torch
from torch import tensor

from course.test_numbers_in_texts import states


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


def test_the_line_that_a_tutorial_prints_is_not_the_best() -> None:
    x, y = tensor([0.5, 0.9, 1.4, 1.8]), tensor([2.0, 3.8, 5.0, 7.2])
    rows = torch.stack([x, torch.ones(4)], dim=1)
    best = torch.linalg.lstsq(rows, y[:, None]).solution[:, 0]
    printed = tensor([2.7157, 1.4730])
    states("a04_descent/least_squares_line", "$a = 2.7157$ and $b = 1.4730$")
    losses = [((rows @ line - y) ** 2).mean() for line in (best, printed)]
    assert losses[1] > 4 * losses[0]
