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


def test_eval_four_ways_states_what_one_pass_notes_and_solves_what_two_do() -> None:
    name = "a07_modules/eval_four_ways"
    solution: dict[str, object] = {}
    exec((EXERCISES.parent / f"solutions/{name}.py").read_text("utf-8"), solution)
    batch = tensor([[2.0], [4.0], [6.0], [8.0]])
    states(name, f"the mean of the batch is {batch.mean().item():.0f}")
    tracked, differing = [], []
    for way in ("train", "train, no_grad", "eval", "eval, no_grad"):
        net = nn.Sequential(nn.BatchNorm1d(1), nn.Dropout(0.5)).train("train" in way)
        torch.manual_seed(0)
        with torch.set_grad_enabled("no_grad" not in way):
            first = net(batch)
            after_one = net[0].running_mean.item()
            second = net(batch)
        tracked += [way] if first.requires_grad else []
        differing += [] if torch.equal(first, second) else [way]
        answer = solution["mean_" + way.replace(", ", "_")]
        assert abs(net[0].running_mean.item() - answer) < 1e-6
        if way == "train":
            states(name, f"After the first pass it is {after_one:.1f}")
    assert (tracked, differing) == (solution["tracked"], solution["differing"])


def test_debug_loop_states_the_end_of_three_epochs_and_the_last_loss() -> None:
    name = "a07_modules/debug_loop"
    x, y = tensor([0.5, 0.9, 1.4, 1.8]).double(), tensor([2.0, 3.8, 5.0, 7.2]).double()
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.05)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    for _ in range(3):
        total = 0.0
        for batch in (slice(0, 3), slice(3, 4)):
            optimizer.zero_grad()
            errors = (w[0] * x[batch] + w[1] - y[batch]) ** 2
            errors.mean().backward()
            optimizer.step()
            total += errors.sum().item()
        scheduler.step()
    states(name, f"$a = {w[0].item():.4f}$, $b = {w[1].item():.4f}$")
    states(name, f"the last of the three losses in `history` is {total / 4:.4f}.")
