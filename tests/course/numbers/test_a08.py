"""Every number that the texts of a08_graph_control state is computed here and looked up there."""

from __future__ import annotations

import torch
from torch import tensor

from course.test_numbers_in_texts import states

DOUBLE = torch.float64


def leaf(value: float | list[float]) -> torch.Tensor:
    return tensor(value, dtype=DOUBLE, requires_grad=True)


def numbers(values: torch.Tensor, digits: int) -> str:
    return "[" + ", ".join(f"{value:.{digits}f}" for value in values.tolist()) + "]"


def test_detach_branch_states_value_target_and_gradient() -> None:
    name = "a08_graph_control/detach_branch"
    w = leaf(0.5)
    value, target = w * 2, 1 + 0.9 * w * 3
    (right,) = torch.autograd.grad((value - target.detach()) ** 2, w, retain_graph=True)
    (both,) = torch.autograd.grad((value - target) ** 2, w)
    states(name, f"the value is ${value:.0f}$, the target is ${target:.2f}$")
    states(name, f"is ${right:.1f}$: a step against it", f"gives the gradient {right:.1f},")
    assert right < 0 < both  # "its sign is the other one"


def test_two_players_states_the_gradient_of_each() -> None:
    d, g = leaf(0.5), leaf(2.0)
    fake = g * 3
    (of_d,) = torch.autograd.grad((d * 4 - 1) ** 2 + (d * fake.detach()) ** 2, d)
    (of_g,) = torch.autograd.grad((d * fake - 1) ** 2, g)
    told = f"of $L_D$ for $d$ is ${of_d:.0f}$, and that of $L_G$ for $g$ is ${of_g:.0f}$."
    states("a08_graph_control/two_players", told)


def test_carry_state_states_the_gradient_of_two_windows() -> None:
    w, h = leaf(0.5), tensor(0.0, dtype=DOUBLE)
    for first, second in ((1, 2), (3, 4)):
        h = w * (w * h.detach() + first) + second
        (h**2).backward()
    assert w.grad is not None
    states("a08_graph_control/carry_state", f"give the gradient ${w.grad:.3f}$")


def test_mend_graph_states_the_slopes_of_both_terms() -> None:
    name = "a08_graph_control/mend_graph"
    w, x, y = leaf(1.5), tensor([1.0, 2.0, 3.0]), tensor([3.0, 5.0, 4.0])
    (of_data,) = torch.autograd.grad(((w * x - y) ** 2).mean(), w)
    (of_penalty,) = torch.autograd.grad(w**2 / 2, w)
    states(name, f"is ${of_data:.4f}$, that of the penalty ${of_penalty:.1f}$")
    states(name, f"that of the loss ${of_data + of_penalty:.4f}$")
    states(name, f"give the slope {of_data + of_penalty:.4f}.")


def test_nan_where_states_four_gradients() -> None:
    x = leaf([4.0, 9.0])
    (slopes,) = torch.autograd.grad(x.sqrt().sum(), x)
    told = f"hold {slopes[0]:.2f}, 0, 0 and {slopes[1]:.4f}."
    states("a08_graph_control/nan_where", told)


def test_nan_where_says_what_the_obvious_line_does() -> None:
    x = leaf([4.0, 0.0, -1.0, 9.0])
    y = torch.where(x > 0, x.sqrt(), 0)
    (slopes,) = torch.autograd.grad(y.sum(), x)
    assert y.tolist() == [2, 0, 0, 3]
    assert slopes.isnan().tolist() == [False, True, True, False]


def test_straight_through_round_states_value_and_gradient() -> None:
    name = "a08_graph_control/straight_through_round"
    x = leaf(2.7)
    rounded = torch.round(x)
    through = x + (rounded - x).detach()
    (slope,) = torch.autograd.grad(through**2, x)
    (alone,) = torch.autograd.grad(rounded**2, x)
    states(
        name, f"the value is $3^2 = {rounded**2:.0f}$", f"hands that on unchanged: ${slope:.0f}$"
    )
    states(name, f"where autograd alone would give ${alone:.0f}$")
    states(name, f"Is the gradient {2 * x:.1f}?", f"`x.grad` should be {slope:.0f}.")


def test_inplace_saved_states_three_gradients() -> None:
    x = leaf([0.0, 1.0, -2.0])
    (slopes,) = torch.autograd.grad((torch.log(1 + x.exp()) ** 2).sum(), x)
    told = f"At $x = [0, 1, -2]$ that is ${numbers(slopes, 4)}$"
    states("a08_graph_control/inplace_saved", told)


def test_inplace_saved_says_which_sign_a_hidden_change_leaves() -> None:
    x = leaf([0.0, 1.0, -2.0])
    e = x.exp()
    e.data += 1
    s = e.log()
    (slopes,) = torch.autograd.grad((s**2).sum(), x)
    assert torch.allclose(slopes, 2 * s)  # "twice the value, with no sigmoid in it"
