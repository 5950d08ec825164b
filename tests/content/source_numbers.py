"""The numbers that docs/course-coverage.md gives as computed, computed: by statement, in the order
in which the page shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn, tensor

DOUBLE = torch.float64


def slope(function: Callable[[Tensor], Tensor], *at: float) -> list[float]:
    """The gradient of a function of numbers, summed if it has several values."""
    x = tensor(at, dtype=DOUBLE, requires_grad=True)
    (found,) = torch.autograd.grad(function(x).sum(), x)
    return found.tolist()


def square(w: Any) -> Any:
    return w**2


def line_in_a_room() -> dict[str, list[float]]:
    """The square in row 1 and column 1 of room_grid's room."""
    rows = [[20.0, 21.0, 24.0, 29.0], [18.0, 21.0, 26.0, 33.0], [12.0, 17.0, 24.0, 33.0]]
    room = tensor(rows, dtype=DOUBLE)
    gradient = [side[1, 1].item() for side in torch.gradient(room)]
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    by_warmth = sorted(steps, key=lambda step: room[1 + step[0], 1 + step[1]].item())
    coldest, warmest = by_warmth[0], by_warmth[-1]
    arrow = [float(b - a) for a, b in zip(coldest, warmest, strict=True)]
    apart = room[1 + warmest[0], 1 + warmest[1]] - room[1 + coldest[0], 1 + coldest[1]]
    return {
        "000.3": arrow + gradient,
        "000.4": [apart.item(), tensor(gradient).norm().item()],
    }


def of_a_square() -> dict[str, list[float]]:
    change = square(3.1) - square(3.0)
    tiny = tensor(1e-8)
    lost = (square(3 + tiny) - square(tensor(3.0))) / tiny
    return {
        "000.6": [change, change / 0.1, *slope(square, 3.0)],
        "000.10": [square(3.0), *slope(square, 3.0)],
        "000.16": slope(torch.round, 1.7),
        "001.1": [*slope(square, 3.0), *slope(lambda w: 6 * w, 3.0)],
        "001.11": [0.1 * slope(square, 3.0)[0], change],
        "002.3": [change / 0.1, lost.item()],
        "002.6": slope(square, 3.0),
        "002.7": [3.0, square(3.0), *slope(square, 3.0)],
        "002.8": [square(2.9), square(3.1)],
        "003.2": [0.1 * slope(square, 3.0)[0]],
        "004.7": slope(square, 3.0),
        "004.15": slope(square, 1.0, 2.0, 3.0),
    }


def of_z() -> dict[str, list[float]]:
    x, y = (tensor(v, requires_grad=True) for v in ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
    z = 3 * x**2 + 2 * y + 5
    lower = 3 * x**2 + 2 * (y - 1) + 5
    z.backward(torch.ones_like(z), retain_graph=True)
    both = [*x.grad.tolist(), *y.grad.tolist()]
    (weighed,) = torch.autograd.grad(z, x, tensor([1.0, 0.5, 0.1]))
    return {
        "001.14": z.tolist(),
        "001.15": [(z - lower)[0].item()],
        "001.17": weighed.tolist(),
        "001.18": [x.dim()],
        "001.19": [z.numel()],
        "001.20": both,
    }


def of_the_neuron() -> dict[str, list[float]]:
    """002's program, with weights that give its prediction; any others that do give the same."""
    model = nn.Linear(3, 1).double()
    with torch.no_grad():
        model.weight.copy_(tensor([[0.5, 0.4, 0.3]]))
        model.bias.fill_(0.3)
    x, y = tensor([[1.0, 2.0, 3.0]], dtype=DOUBLE), tensor([[5.0]], dtype=DOUBLE)
    shapes = [*model.weight.shape, *model.bias.shape]
    loss = (model(x) - y) ** 2
    loss.backward()
    slopes = [*model.weight.grad[0].tolist(), *model.bias.grad.tolist()]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.01 * parameter.grad
    after = model(x).item()
    new_loss = (after - 5) ** 2

    def of_third(weight: float, its_input: float) -> float:
        inputs = tensor([1.0, 2.0, its_input, 1.0], dtype=DOUBLE)
        return slope(lambda w: (w @ inputs - 5) ** 2, 0.5, 0.4, weight, 0.3)[2]

    return {
        "002.10": shapes,
        "002.11": [sum(parameter.numel() for parameter in model.parameters())],
        "002.12": [loss.item()],
        "002.13": slopes,
        "002.17": [of_third(0.3, 0.0), of_third(0.003, 300.0)],
        "002.19": [model.weight[0, 0].item()],
        "002.23": [after, loss.item()],
        "002.24": [after],
        "002.25": [new_loss],
        "002.26": [loss.item() - new_loss],
    }


def of_the_equation() -> dict[str, list[float]]:
    def loss(x: Tensor) -> Tensor:
        return (3 - (x + 1)) ** 2 / 2

    def solve(start: float, steps: int, *, clear: bool = True, leftover: bool = False) -> float:
        x = tensor(start, dtype=DOUBLE, requires_grad=True)
        if leftover:
            loss(x).backward()
        for _ in range(steps):
            loss(x).backward()
            with torch.no_grad():
                x -= 1e-3 * x.grad
                if clear:
                    x.grad.zero_()
        return x.item()

    def many_steps(start: float, dtype: torch.dtype) -> float:
        """10,000 of them, with the slope as autograd computes it: 3 - (x + 1), turned round."""
        x = tensor(start, dtype=dtype)
        for _ in range(10_000):
            x += 1e-3 * (3 - (x + 1))
        return x.item()

    guess = 0.9536
    (right,) = slope(loss, guess)
    first = solve(guess, 1) - guess
    with_leftover = solve(guess, 1, leftover=True) - guess
    return {
        "003.5": [solve(2.0, 1)],
        "003.8": [guess + 1],
        "003.9": [right, *slope(lambda x: 2 * loss(x), guess)],
        "003.10": [right],
        "003.12": [with_leftover, first],
        "003.15": [solve(0.0, 1000), solve(0.0, 1000, clear=False)],
        "003.16": [many_steps(guess, torch.float32), many_steps(guess, DOUBLE)],
    }


def of_the_line() -> dict[str, Any]:
    x, y = tensor([0.5, 0.9, 1.4, 1.8], dtype=DOUBLE), tensor([2.0, 3.8, 5.0, 7.2], dtype=DOUBLE)
    model = torch.stack([x, torch.ones(4, dtype=DOUBLE)], 1)

    def loss(p: Tensor) -> Tensor:
        return ((model @ p - y) ** 2).mean()

    best = torch.linalg.lstsq(model, y[:, None]).solution[:, 0]
    hessian = torch.autograd.functional.hessian(loss, best)
    steepest = torch.linalg.eigvalsh(hessian)[-1].item()
    a_step = torch.eye(2, dtype=DOUBLE) - 0.01 * hessian
    zero, printed = torch.zeros(2, dtype=DOUBLE), tensor([2.7157, 1.4730], dtype=DOUBLE)

    def after(steps: int) -> Tensor:
        """From zero: each step shrinks the way to the best line by the same matrix."""
        return best + torch.linalg.matrix_power(a_step, steps) @ (zero - best)

    # Walked back, 100 steps.
    start = best + torch.linalg.solve(torch.linalg.matrix_power(a_step, 100), printed - best)
    return {
        "001.4": [2 / steepest],
        "004.10": after(100).tolist(),
        "004.11": [loss(zero).item()],
        "004.13": [*best, loss(best), loss(after(100)), *after(1000), *after(5000)],
        "004.14": [*start.tolist(), loss(printed).item()],
    }


def computed() -> dict[str, Any]:
    """By statement, the numbers of its row."""
    return (
        line_in_a_room()
        | of_a_square()
        | of_z()
        | of_the_neuron()
        | of_the_equation()
        | of_the_line()
    )
