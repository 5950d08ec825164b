"""Every number that the texts of a06_optimizers state is computed here and looked up in the text."""

from __future__ import annotations

import torch
from torch import tensor

from course.test_numbers_in_texts import states

DOUBLE = torch.float64


def test_momentum_states_two_steps_and_those_of_plain_descent() -> None:
    name = "a06_optimizers/momentum"
    w = tensor(3.0, dtype=DOUBLE, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    velocities, path = [], []
    for _ in range(2):
        optimizer.zero_grad()
        (w**2).backward()
        optimizer.step()
        velocities.append(optimizer.state[w]["momentum_buffer"].item())
        path.append(w.item())
    plain = 3 * (1 - 0.1 * 2) ** 2
    states(name, f"At first $v = {velocities[0]:.0f}$, and $w$ goes to ${path[0]:.1f}$")
    states(name, f"$v = 0.9 \\cdot 6 + {2 * path[0]:.1f} = {velocities[1]:.1f}$")
    states(name, f"$w$ goes to ${path[1]:.2f}$, where plain descent would be at ${plain:.2f}$")
    states(name, f"0.1, 0.9, 2)` is {path[1]:.2f}.", f"there $v$ is {velocities[1]:.1f}")
    states(name, f"${1 / (1 - 0.9):.0f}\\, g$ for $\\mu = 0.9$")


def test_adamw_states_a_first_step_that_no_penalty_changes() -> None:
    name = "a06_optimizers/adamw"
    ends = []
    for penalty in (0.0, 0.1):
        w = tensor([3.0], dtype=DOUBLE)
        w.grad = tensor([6.0], dtype=DOUBLE)
        torch.optim.Adam([w], lr=0.1, weight_decay=penalty).step()
        ends.append(f"{w.item():.4f}")
    assert ends == ["2.9000", "2.9000"]
    states(name, "the weight goes to $2.9$", f"$6 + 0.1 \\cdot 3 = {6 + 0.1 * 3}$")
    states(name, "$0.1 \\cdot 0.1 \\cdot 3$ in the first step")


def test_accumulate_unequal_states_both_means() -> None:
    name = "a06_optimizers/accumulate_unequal"
    three, one = tensor([1.0, 2.0]), tensor([10.0, 20.0])
    right, of_means = ((3 * three + one) / 4).tolist(), ((three + one) / 2).tolist()
    states(name, f"= [{right[0]},\\ {right[1]}]")
    states(name, f"would be $[{of_means[0]:.1f}, {of_means[1]:.0f}]$")
