"""The numbers in the texts of a01_slopes, computed and looked up."""

from __future__ import annotations

import pytest
import torch
from torch import tensor

from course.test_numbers_in_texts import EXERCISES, states, text


def cube(w: float) -> float:
    return w**3


def forward(h: float) -> float:
    return (cube(2 + h) - cube(2)) / h


def central(h: float) -> float:
    return (cube(2 + h) - cube(2 - h)) / (2 * h)


def test_forward_difference_states_rise_and_slope() -> None:
    name = "a01_slopes/forward_difference"
    told, rise = 3.5**2 - 9, 3.1**2 - 9  # in the text, and in the task and its hints
    w = tensor(3.0, requires_grad=True)
    (w**2).backward()
    states(name, f"$9$ and ${3.5**2:.2f}$", f"rises by ${told:.2f}$", f"is ${told / 0.5:.1f}$")
    states(name, f"so ${told / 0.5:.1f}$ is a little more", f"which is ${w.grad:.0f}$")
    states(name, f"is {rise / 0.1:.1f}.", f"About {rise:.2f} in place")
    states(name, f"or {rise * 0.1:.3f}:", f"such as −{9 / 0.1 - 3.1**2:.2f}?")
    assert (4**2 - 9) / 1 == 7  # the steeper line of the figure
    states(name, "is steeper, with the slope 7")


def test_central_difference_states_four_estimates() -> None:
    name = "a01_slopes/central_difference"
    for h in (0.1, 0.01):
        states(name, f"| {h} | {forward(h):.6g} | {central(h):.6g} |")
    rise = cube(2.1) - cube(1.9)
    states(name, f"{rise / 0.1:.2f}? Then", f"{rise / 2 * 0.1:.4f}? `a / 2 * h`")
    assert [f"{error:.1g}" for error in (forward(1) - 12, forward(0.01) - 12)] == ["7", "0.06"]
    assert [f"{error:.1g}" for error in (central(1) - 12, central(0.01) - 12)] == ["1", "0.0001"]


def slope(h: float, dtype: torch.dtype) -> float:
    w = torch.tensor(2.0, dtype=dtype)
    return (((w + h) ** 3 - (w - h) ** 3) / (2 * h)).item()


def test_step_size_holds_what_the_experiment_shows() -> None:
    steps = [10.0**-power for power in range(1, 13)]
    errors = {
        dtype: [abs(slope(h, dtype) - 12) for h in steps]
        for dtype in (torch.float32, torch.float64)
    }
    assert slope(1e-8, torch.float32) == 0
    best = {dtype: steps[found.index(min(found))] for dtype, found in errors.items()}
    assert best[torch.float32] > 100 * best[torch.float64]
    assert errors[torch.float64][-1] > 1000 * min(errors[torch.float64])
    half_a_step = (torch.nextafter(tensor(8.0), tensor(9.0)) - 8) / 2
    assert half_a_step.item() == pytest.approx(0.5e-6, rel=0.05)
    states("a01_slopes/step_size", "may be wrong by half a millionth, and the rise by twice as")
    above = torch.nextafter(tensor(2.0), tensor(3.0)) - 2
    assert above == 2**-22
    states("a01_slopes/step_size", "$2^{-22}$ apart, about $2.4 \\cdot 10^{-7}$")
    assert above.item() == pytest.approx(2.4e-7, rel=0.01)


def test_nudge_predict_has_the_numbers_that_the_tangent_and_the_square_give() -> None:
    solution = (EXERCISES.parent / "solutions/a01_slopes/nudge_predict.py").read_text("utf-8")
    for side, nudge in (("left", -0.1), ("right", 0.1)):
        assert f"loss_{side} = {(3 + nudge) ** 2:.4g}" in solution
        assert f"tangent_{side} = {9 + nudge * 6:.4g}" in solution
    gap = [(3 + nudge) ** 2 - (9 + nudge * 6) for nudge in (0.1, 0.05)]
    assert gap[1] / gap[0] == pytest.approx(1 / 4)


def test_no_text_before_nudge_predict_says_the_losses_that_it_asks_for() -> None:
    asked = [f"{(3 + nudge) ** 2:.4g}" for nudge in (-0.1, 0.1)]
    for name in ("forward_difference", "central_difference", "step_size", "square_derivative"):
        assert not [loss for loss in asked if loss in text(f"a01_slopes/{name}")]
