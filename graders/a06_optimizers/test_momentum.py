import torch

from gradeprop.gradients import Optimizer


def parabola(w):
    return 2 * w


def waves(w):
    return w / 2 + torch.sin(2 * w)


def hills(w):
    return w**3 / 4 - torch.cos(w)


def expect_steps(student, reference, w, slope, lr, mu, steps):
    def loss(params):
        """Its gradient is ``slope`` wherever the weights are."""
        return (slope(params[0].detach()) * params[0]).sum()

    end = student.call("momentum", w, slope, lr, mu, steps)
    right = Optimizer(torch.optim.SGD, loss, [w], lr=lr, steps=steps, momentum=mu)
    reference.expect(end).to_match(right)


def test_three_steps(student, reference):
    w = torch.tensor([3.0], dtype=torch.float64)
    # With lr = 1 - mu, an average of gradients and a step that has lr twice would be the same.
    expect_steps(student, reference, w, parabola, 0.15, 0.8, 3)


def test_any_descent(student, reference):
    cases = (
        ((3,), "float64", waves, 0.1, 0.8, 4),
        ((2, 3), "float32", parabola, 0.05, 0.9, 7),
        ((), "float64", hills, 0.07, 0.6, 11),
        ((4,), "float32", waves, 0.3, 0.5, 2),
    )
    for shape, dtype, slope, lr, mu, steps in cases:
        w = reference.inputs(shape, dtype=dtype)
        expect_steps(student, reference, w, slope, lr, mu, steps)


def test_weights_that_require_grad(student, reference):
    w = reference.inputs((2, 2), dtype="float64", requires_grad=True)
    expect_steps(student, reference, w, waves, 0.2, 0.9, 3)
    w = reference.inputs((3,), dtype="float32", requires_grad=True)
    expect_steps(student, reference, w, hills, 0.1, 0.0, 3)
