"""The numbers in the texts of a11_explain, computed and looked up; test_numbers_in_texts has more."""

from __future__ import annotations

from torch import tensor

from course.test_numbers_in_texts import EXERCISES, states


def gradients(weights: list[float], inputs: list[float]) -> tuple[float, list[float]]:
    """The prediction, and the gradient of each weight, rounded."""
    w = tensor(weights, requires_grad=True)
    prediction = (w * tensor(inputs)).sum() + 0.3
    ((prediction - 5) ** 2).backward()
    return prediction.item(), [round(slope, 2) for slope in w.grad.tolist()]


def test_explain_magnitude_has_the_gradients_of_its_experiments() -> None:
    name = "a11_explain/explain_magnitude"
    solution = (EXERCISES.parent / f"solutions/{name}.py").read_text("utf-8")
    prediction, before = gradients([0.5, 0.4, 0.3], [1.0, 2.0, 3.0])
    states(name, f"The prediction is ${prediction:.1f}$")
    states(name, *(f"w_{i}}} = {slope:.0f}" for i, slope in enumerate(before, start=1)))
    _, without = gradients([0.5, 0.4, 0.3], [1.0, 2.0, 0.0])
    assert without[2] == 0
    assert "grad_w3_without_x3 = 0.0" in solution
    assert f"grad_w1_without_x3 = {without[0]}" in solution
    _, heavier = gradients([0.5, 0.4, 0.6], [1.0, 2.0, 3.0])
    assert abs(heavier[2]) < abs(before[2])
    _, fine = gradients([0.5, 0.4, 0.003], [1.0, 2.0, 300.0])
    assert f"grad_w3_in_centimetres = {fine[2]}" in solution
    assert f"a gradient of −{-fine[2]:.0f}" in solution
