"""The numbers in the texts of a02_autograd, computed and looked up."""

from __future__ import annotations

import torch
from torch import tensor

from course.test_numbers_in_texts import states


def listed(numbers: torch.Tensor) -> str:
    return "[" + ", ".join(f"{number:.4g}" for number in numbers.tolist()) + "]"


def test_vjp_weights_states_slopes_and_their_weighted_sum() -> None:
    x, v = tensor([1.0, 2.0, 3.0], requires_grad=True), tensor([1.0, 0.5, 0.1])
    z = 3 * x**2 + 5
    (slopes,) = torch.autograd.grad(z.sum(), x, retain_graph=True)
    z.backward(v)
    told = f"The slopes are ${listed(slopes)}$. With the weights $v = {listed(v)}$ the gradient is"
    states("a02_autograd/vjp_weights", f"{told} ${listed(x.grad)}$")


def test_pure_grad_states_three_gradients() -> None:
    a, b, c = (torch.tensor(t, requires_grad=True) for t in ([1.0, 2.0], 3.0, [4.0, 5.0]))
    found = torch.autograd.grad(
        (a**2).sum() * b, (a, b, c), allow_unused=True, materialize_grads=True
    )
    told = f"are ${listed(found[0])}$, ${found[1]:.0f}$ and ${listed(found[2])}$"
    states("a02_autograd/pure_grad", told)
