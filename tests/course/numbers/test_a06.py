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


def test_clip_norm_states_a_norm_and_half_of_it() -> None:
    name = "a06_optimizers/clip_norm"
    grads = tensor([2.0, -4.0, 5.0, 6.0])
    squares = " + ".join(f"{g:.0f}" for g in (grads**2).tolist())
    norm = torch.linalg.vector_norm(grads).item()
    states(name, f"$\\sqrt{{{squares}}} = {norm:.0f}$", f"a limit of {norm / 2}, every")


def test_unscale_then_clip_states_what_float16_can_write() -> None:
    name = "a06_optimizers/unscale_then_clip"
    small = tensor(2e-8)
    assert small.half() == 0
    assert torch.isinf(tensor(70_000.0).half())
    assert 1.9e-5 < (1024 * small).half().item() < 2.2e-5
    states(name, "$2 \\cdot 10^{-8}$ is rounded to **0**", "70,000 to **infinity**")
    states(name, "about $2 \\cdot 10^{-5}$")
    w = tensor([0.0, 0.0])
    for before, after in (([3.0, 4.0], [0.6, 0.8]), ([0.3, 0.4], [0.3, 0.4])):
        w.grad = tensor(before)
        torch.nn.utils.clip_grad_norm_([w], 1.0)
        torch.testing.assert_close(w.grad, tensor(after))
    states(name, "$[3, 4]$ become $[0.6, 0.8]$, and $[0.3, 0.4]$ stay")


def test_schedule_order_states_two_steps_and_three_step_sizes() -> None:
    name = "a06_optimizers/schedule_order"
    w = tensor([3.0], dtype=DOUBLE, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    rates, path = [], []
    for _ in range(3):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        (w**2).sum().backward()
        optimizer.step()
        scheduler.step()
        path.append(w.item())
    states(name, f"with ${rates[0]}$, then ${rates[1]}$, then ${rates[2]}$")
    states(name, f"leads to ${path[0]:.1f}$ after one step and to ${path[1]:.2f}$ after two")
