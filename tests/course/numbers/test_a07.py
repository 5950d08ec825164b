"""Every number that the texts of a07_modules state is computed here and looked up in the text."""

from __future__ import annotations

import torch
from torch import nn, tensor

from course.test_numbers_in_texts import EXERCISES, states


def test_registered_params_states_all_counts() -> None:
    name = "a07_modules/registered_params"
    layers = [nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 1)]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    told = " + ".join(str(count) for count in counts)
    states(name, f"${told} + 1 = {sum(counts) + 1}$ parameters", f"have {sum(counts)} parameters")
    states(
        name, f"the count is {counts[0] + counts[3]}.", f"There are {counts[1]} parameters too few"
    )


def test_freeze_layers_states_the_first_step_and_the_running_mean() -> None:
    name = "a07_modules/freeze_layers"
    a, b = (tensor([number], requires_grad=True) for number in (1.0, 0.5))
    ((2 * a + b - 5) ** 2).mean().backward()
    torch.optim.SGD([a, b], lr=0.05, momentum=0.9).step()
    states(
        name, f"leads to $a = {a.item():.1f}$, $b = {b.item():.2f}$", f"has to be {a.item():.1f}"
    )
    layer = nn.BatchNorm1d(1).requires_grad_(requires_grad=False)
    layer(tensor([[2.0], [4.0], [6.0], [8.0]]))
    solution = (EXERCISES.parent / f"solutions/{name}.py").read_text("utf-8")
    assert f"running_mean = {layer.running_mean.item():.1f}\n" in solution
