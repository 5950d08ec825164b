"""Every number that the texts of a10_second_order state is computed here and looked up there."""

from __future__ import annotations

import torch
from torch import tensor
from torch.autograd.functional import hessian, jacobian

from course.test_numbers_in_texts import states

DOUBLE = torch.float64
X = tensor([0.5, 0.9, 1.4, 1.8], dtype=DOUBLE)
Y = tensor([2.0, 3.8, 5.0, 7.2], dtype=DOUBLE)


def line_loss(p: torch.Tensor) -> torch.Tensor:
    return ((p[0] * X + p[1] - Y) ** 2).mean()


def pair(values: torch.Tensor) -> str:
    return f"({values[0]:.0f}, {values[1]:.0f})"


def test_jacobian_states_the_example_and_the_sum_of_its_rows() -> None:
    x = tensor([2.0, 3.0])
    found = jacobian(lambda x: torch.stack([x[0] * x[1], x[0] + x[1] ** 2]), x)
    (first, second), (third, fourth) = ([f"{number:.0f}" for number in row] for row in found)
    name = "a10_second_order/jacobian_2x2"
    matrix = rf"\begin{{pmatrix}} {first} & {second} \\ {third} & {fourth} \end{{pmatrix}}"
    states(name, matrix, f"`[[{first}, {second}], [{third}, {fourth}]]`")
    states(name, f"sum of all rows, here ${pair(found.sum(0))}$")


def test_hessian_line_states_the_matrix_of_the_four_points() -> None:
    found = hessian(line_loss, tensor([2.0, 1.0], dtype=DOUBLE))
    rounded = [[round(number, 10) for number in row] for row in found.tolist()]
    states("a10_second_order/hessian_line", f"it is `{rounded}`")
    elsewhere = hessian(line_loss, tensor([-3.0, 0.5], dtype=DOUBLE))
    assert torch.allclose(found, elsewhere)


def test_lr_limit_states_eigenvalues_and_limits() -> None:
    gentle, steep = torch.linalg.eigvalsh(hessian(line_loss, torch.zeros(2, dtype=DOUBLE)))
    name = "a10_second_order/lr_limit"
    states(name, f"${gentle:.3f}$ and ${steep:.3f}$, and the limit is about ${2 / steep:.4f}$")
    states(name, f"{2 / gentle:.2f} is the limit of the gentle direction")


def test_the_limit_parts_descents_that_rest_from_those_that_go_astray() -> None:
    matrix = hessian(line_loss, torch.zeros(2, dtype=DOUBLE))
    limit = 2 / torch.linalg.eigvalsh(matrix).max()
    best = torch.linalg.lstsq(torch.stack([X, torch.ones_like(X)], 1), Y[:, None]).solution[:, 0]
    ends = []
    for share in (0.98, 1.02):
        p = torch.zeros(2, dtype=DOUBLE)
        for _ in range(1000):
            p = p - share * limit * matrix @ (p - best)
        ends.append(line_loss(p).item())
    assert ends[0] < 0.1
    assert ends[1] > 1e6


def test_hvp_states_gradient_product_and_diagonal() -> None:
    theta, v = tensor([1.0, 2.0], requires_grad=True), tensor([1.0, -1.0])
    f = theta[0] ** 2 * theta[1] + theta[1] ** 3
    (grad,) = torch.autograd.grad(f, theta, create_graph=True)
    (product,) = torch.autograd.grad((grad * v).sum(), theta, retain_graph=True)
    rows = [torch.autograd.grad(slope, theta, retain_graph=True)[0] for slope in grad]
    name = "a10_second_order/hvp"
    states(name, f"= {pair(grad)}$, so $s = 4 - 13 = {(grad * v).sum():.0f}$")
    states(name, f"$H v = {pair(product)}$", f"{pair(grad)} in the example: that is the gradient")
    states(name, f"{pair(torch.stack(rows).diagonal() * v)}: that is the Hessian's diagonal")


def test_twice_through_states_loss_and_both_parts_of_its_gradient() -> None:
    w, x = tensor(0.5, requires_grad=True), tensor(2.0, requires_grad=True)
    f = w * x**3
    (g,) = torch.autograd.grad(f, x, create_graph=True)
    penalty = 0.1 * (g - 1) ** 2
    parts = [torch.autograd.grad(each, w, retain_graph=True)[0] for each in (f, penalty)]
    name = "a10_second_order/twice_through"
    states(name, f"$f = {f:.0f}$, $g = {g:.0f}$ and $L = {f + penalty:.1f}$")
    states(name, f"is ${parts[0]:.0f}$ by way of $f$ and ${parts[1]:.0f}$ by way of $g$")
    states(name, f"together ${sum(parts):.0f}$", f"{f + penalty:.1f} for w = 0.5 and x = 2")
    states(name, f"{sum(parts):.0f} for w = 0.5 and x = 2")
    states(name, f"{parts[0]:.0f} is what comes by way of $f$ alone")
