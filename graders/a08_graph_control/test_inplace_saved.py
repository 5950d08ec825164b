import torch
from torch.nn.functional import softplus

from gradeprop.gradients import Fixed, Gradient


def loss(x):
    return (softplus(x) ** 2).sum()


def gradient_and_values(x):
    x = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(x), x)
    values = softplus(x).detach()
    return gradient, values / values.max()


def three_numbers():
    yield torch.tensor([0.0, 1.0, -2.0])
    yield torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)


def test_gradient_at_three_numbers(student, reference):
    for x in three_numbers():
        reference.expect(student.call("bend", x)[0]).to_match(Gradient(loss, at=x))


def test_values_for_the_plot(student, reference):
    for x in three_numbers():
        _, values = gradient_and_values(x)
        reference.expect(student.call("bend", x)[1]).to_match(Fixed(values))


def test_any_numbers(student, reference):
    for shape, dtype in (((5,), "float64"), ((2, 3), "float32"), ((4, 1), "float64")):
        x = reference.inputs(shape, dtype=dtype, requires_grad=dtype == "float32")
        right = Fixed(gradient_and_values(x), labels=("gradient", "values"))
        reference.expect(student.call("bend", x)).to_match(right)
