"""The numbers in the texts of a03_fields, computed and looked up."""

from __future__ import annotations

from torch import tensor

from course.test_numbers_in_texts import states


def gradient(x: float, y: float) -> list[float]:
    place = tensor([float(x), float(y)], requires_grad=True)
    (20 + 2 * place[0] - place[1] + place[0] * place[1] / 2).backward()
    return place.grad.tolist()


def test_room_autograd_states_gradient_and_length() -> None:
    right, up = gradient(1, 2)
    length = tensor([right, up]).norm().item()
    name = "a03_fields/room_autograd"
    states(name, f"they are ${right:.0f}$ and ${up}$", f"the gradient $({right:.0f}, {up})$")
    states(name, f"\\approx {length:.3f}$")


def test_directional_states_the_slope_along_three_four() -> None:
    name = "a03_fields/directional"
    slope, way = tensor(gradient(1, 2)), tensor([3.0, 4.0])
    unit = way / way.norm()
    states(name, f"{way.norm():.0f} m long", f"$u = d / |d| = ({unit[0]:.1f}, {unit[1]:.1f})$")
    states(
        name, f"\\;=\\; {slope @ unit:.1f} \\ \\text{{degrees", f"its length, ${slope.norm():.3f}$"
    )
    states(name, f"{slope @ way:.0f} in place of {slope @ unit:.1f}?")
