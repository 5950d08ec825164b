import torch
from torch import tensor

from gradeprop.gradients import Fixed

DOUBLE = torch.float64


def gradients(d, g, z, real):
    """The gradient of each player's loss for that player's own number."""
    d, g = (number.detach().clone().requires_grad_() for number in (d, g))
    loss_d = ((d * real - 1) ** 2).mean() + ((d * g * z) ** 2).mean()
    loss_g = ((d * g * z - 1) ** 2).mean()
    (of_d,) = torch.autograd.grad(loss_d, d)
    (of_g,) = torch.autograd.grad(loss_g, g)
    return of_d, of_g


def players_of_the_text():
    """The text's numbers, and other ones with several fakes and real things."""
    d, g = tensor(0.5, dtype=DOUBLE), tensor(2.0, dtype=DOUBLE)
    yield d, g, tensor([3.0], dtype=DOUBLE), tensor([4.0], dtype=DOUBLE)
    z = tensor([1.0, -2.0, 0.5], dtype=DOUBLE)
    yield -d, g, z, tensor([3.0, 1.0], dtype=DOUBLE)


def test_gradient_of_d(student, reference):
    for players in players_of_the_text():
        of_d, _ = gradients(*players)
        reference.expect(student.call("player_gradients", *players)[0]).to_match(Fixed(of_d))


def test_gradient_of_g(student, reference):
    for players in players_of_the_text():
        _, of_g = gradients(*players)
        reference.expect(student.call("player_gradients", *players)[1]).to_match(Fixed(of_g))


def test_any_players(student, reference):
    for fakes, things, dtype in ((3, 2, "float64"), (2, 5, "float32"), (4, 1, "float64")):
        marked = things == 2  # whoever copies with clone alone has no leaf then
        d = reference.inputs((), dtype=dtype, avoid=(1, -1), requires_grad=marked)
        g = reference.inputs((), dtype=dtype, avoid=(1, -1), requires_grad=marked)
        z = reference.inputs((fakes,), dtype=dtype)
        real = reference.inputs((things,), dtype=dtype)
        got = student.call("player_gradients", d, g, z, real)
        right = Fixed(gradients(d, g, z, real), labels=("gradient of L_D", "gradient of L_G"))
        reference.expect(got).to_match(right)
