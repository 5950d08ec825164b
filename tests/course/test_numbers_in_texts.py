"""Every number that the exercises' texts state is computed here and looked up in the text."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import tensor

EXERCISES = Path(__file__).parents[2] / "exercises"
DOUBLE = torch.float64


def text(name: str) -> str:
    return " ".join((EXERCISES / f"{name}.yaml").read_text(encoding="utf-8").split())


def states(name: str, *phrases: str) -> None:
    missing = [phrase for phrase in phrases if phrase not in text(name)]
    assert not missing, f"{name}.yaml does not say {missing}"


def test_square_derivative_states_its_values_and_differences() -> None:
    here, above, below = (w**2 for w in (3.0, 3.5, 2.5))
    forward, central = (above - here) / 0.5, (above - below) / 1.0
    states("a01_slopes/square_derivative", f"$L(3.5) = {above:.2f}$", f"$L(2.5) = {below:.2f}$")
    states("a01_slopes/square_derivative", f"{{0.5}} = {forward:.1f}$", f"{{1}} = {central:.0f}$")
    w = tensor([3.0, -1.5, 0.5], requires_grad=True)
    (w**2).sum().backward()
    states("a01_slopes/square_derivative", f"`w = {w.tolist()}`", f"`{w.grad.tolist()}`")


def test_sum_of_squares_states_value_and_gradient() -> None:
    x = tensor([1.0, 2.0, 3.0], requires_grad=True)
    value = (x**2).sum()
    value.backward()
    states("a02_autograd/sum_of_squares", f"the value is ${value.item():.0f}$")
    states("a02_autograd/sum_of_squares", f"the gradient is ${[int(g) for g in x.grad.tolist()]}$")


def test_neuron_step_states_the_first_half_of_the_step_only() -> None:
    w, b = tensor([[0.5, 0.4, 0.3]], requires_grad=True), tensor([0.3], requires_grad=True)
    x, y = tensor([[1.0, 2.0, 3.0]]), tensor([[5.0]])
    guess = x @ w.T + b
    loss = (guess - y) ** 2
    loss.backward()
    new_w, new_b = w - 0.01 * w.grad, b - 0.01 * b.grad
    new_loss = ((x @ new_w.T + new_b - y) ** 2).item()
    name = "a04_descent/neuron_step"
    states(name, f"The prediction is ${guess.item():.1f}$, the loss ${loss.item():.2f}$")
    states(
        name,
        f"$[{', '.join(f'{g:.0f}' for g in w.grad[0])}]$ for the weights and ${b.grad.item():.0f}$",
    )
    states(
        name,
        f"With $[{', '.join(f'{g:.2f}'.rstrip('0') for g in new_w[0])}]$ and ${new_b.item():.2f}$",
    )
    assert f"{new_loss:.4f}" == "3.0625"
    assert "3.0625" not in text(name)


def test_solve_states_the_first_second_and_tenth_step() -> None:
    x = tensor(0.0, dtype=DOUBLE, requires_grad=True)
    path = []
    for _ in range(10):
        (slope,) = torch.autograd.grad((3 - (x + 1)) ** 2 / 2, x)
        x = (x - 0.1 * slope).detach().requires_grad_()
        path.append(x.item())
    told = (
        f"leads to ${path[0]:.1f}$, the second to ${path[1]:.2f}$, the tenth to about "
        f"${path[9]:.4f}$"
    )
    states("a04_descent/solve_x_plus_1", told)


def test_fit_line_states_losses_and_steps() -> None:
    x, y = tensor([0.5, 0.9, 1.4, 1.8], dtype=DOUBLE), tensor([2.0, 3.8, 5.0, 7.2], dtype=DOUBLE)
    name = "a04_descent/fit_line"

    def loss(p: torch.Tensor) -> torch.Tensor:
        return ((p[0] * x + p[1] - y) ** 2).mean()

    model = torch.stack([x, torch.ones(4, dtype=DOUBLE)], 1)
    path = [torch.zeros(2, dtype=DOUBLE)]
    for _ in range(5000):
        path.append(path[-1] - 0.01 * 2 / 4 * model.T @ (model @ path[-1] - y))
    best = torch.linalg.lstsq(model, y[:, None]).solution[:, 0]
    states(name, f"begins at ${loss(path[0]):.2f}$", f"down to ${loss(path[100]):.2f}$")
    states(
        name,
        f"$({path[1][0]:.4f},\\ {path[1][1]:.2f})$",
        f"$({path[2][0]:.4f},\\ {path[2][1]:.4f})$",
    )
    states(
        name,
        f"$a \\approx {best[0]:.3f}$, $b \\approx {best[1]:.3f}$",
        f"a loss of ${loss(best):.3f}$",
    )
    assert path[5000] == pytest.approx(best, rel=1e-3)
    assert path[4000] != pytest.approx(best, rel=1e-3)


def test_room_grid_states_the_slopes_of_two_squares() -> None:
    rows = [[20.0, 21.0, 24.0, 29.0], [18.0, 21.0, 26.0, 33.0], [12.0, 17.0, 24.0, 33.0]]
    d_row, d_col = torch.gradient(tensor(rows))
    name = "a03_fields/room_grid"
    states(
        name,
        *(f"| **row {i}** | {' | '.join(f'{t:.0f}' for t in row)} |" for i, row in enumerate(rows)),
    )
    states(name, f"= {d_row[1, 1]:.0f}$ down the rows", f"= {d_col[1, 1]:.0f}$ along the columns")
    states(name, f"$18 - 20 = {d_row[0, 0]:.0f}$ and $21 - 20 = {d_col[0, 0]:.0f}$")


def test_the_example_of_explain_sign_has_the_slope_of_the_text() -> None:
    w = tensor(-2.5, requires_grad=True)
    (w**2).backward()
    states("a11_explain/explain_sign", "at $w = -2.5$", f"= {w.grad.item():.0f}")


def test_adam_states_three_steps() -> None:
    w = tensor([3.0], dtype=DOUBLE, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.1, betas=(0.9, 0.999), eps=1e-8)
    path = []
    for slope in (1.0, -2.0, 0.5):
        w.grad = tensor([slope], dtype=DOUBLE)
        optimizer.step()
        path.append(w.item())
    told = f"lead to ${path[0]:.4f}$, then ${path[1]:.4f}$, then ${path[2]:.4f}$"
    states("a06_optimizers/adam", told)


def test_cube_function_states_the_gradient_of_the_text() -> None:
    x = tensor(2.0, requires_grad=True)
    (5 * 4 * x**3).backward()
    states("a08_graph_control/cube_function", f"= {x.grad:.0f}$", f"leaves {x.grad:.0f} in")


def test_leaf_audit_states_both_gradients() -> None:
    a = tensor([1.0, 2.0], requires_grad=True)
    m = 3 * a
    m.retain_grad()
    (m**2).sum().backward()
    of_a, of_m = (" and ".join(f"{g:.0f}" for g in t.grad) for t in (a, m))
    told = f"gradient of `a` is {of_a}, and that of `m` is {of_m}."
    states("a02_autograd/leaf_audit", told)


def test_device_leaf_states_the_right_gradient() -> None:
    x = tensor([1.0, 3.0, -2.0], requires_grad=True)
    (tensor([0.5, 2.0, 1.5]) * x**2).sum().backward()
    states("a02_autograd/device_leaf", f"the right gradient is {x.grad.tolist()}")


def test_no_grad_update_states_two_steps() -> None:
    w, path = tensor([3.0, -1.0], dtype=DOUBLE), []
    for _ in range(2):
        w = w - 0.1 * 2 * (w - 1)
        path.append("[" + ", ".join(f"{value:.4g}" for value in w.tolist()) + "]")
    told = f"one step leads to ${path[0]}$, and two lead to ${path[1]}$"
    states("a04_descent/no_grad_update", told)


def stalled(lr: float, steps: int = 20_000) -> float:
    x = torch.zeros(())
    for _ in range(steps):
        x = x - lr * (x - 2)
    assert x - lr * (x - 2) == x
    return 2 - x.item()


@pytest.mark.slow
def test_float32_stall_holds_where_float32_stands_still() -> None:
    solution = (EXERCISES.parent / "solutions/a04_descent/float32_stall.py").read_text("utf-8")
    gap = stalled(0.001)
    assert abs(gap - 5.96e-5) < 1e-7
    assert "gap = 5.96e-5" in solution
    assert stalled(0.01) < gap
    numbers_between = round(gap / 2**-23)
    assert 450 < numbers_between < 550  # "some five hundred more float32 numbers"
