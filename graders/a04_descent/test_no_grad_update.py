import torch

from gradeprop.gradients import Optimizer


def loss(params):
    return ((params[0] - 1) ** 2).sum()


def expect_descent(student, reference, w, lr, steps):
    right = Optimizer(torch.optim.SGD, loss, [w], lr=lr, steps=steps)
    end = student.call("descend", w, lr, steps)
    reference.expect(end).to_match(right, requires_grad=True, is_leaf=True)


def test_one_step(student, reference):
    expect_descent(student, reference, torch.tensor([3.0, -1.0]), 0.1, 1)


def test_several_steps(student, reference):
    w = torch.tensor([3.0, -1.0], dtype=torch.float64)
    expect_descent(student, reference, w, 0.1, 2)
    expect_descent(student, reference, w, 0.3, 3)


def test_any_descent(student, reference):
    cases = (((3,), "float64", 0.1, 4), ((2, 2), "float32", 0.2, 3), ((), "float64", 0.05, 7))
    for shape, dtype, lr, steps in cases:
        # below 0, so that no number is near the 1 where nothing moves
        w = -reference.inputs(shape, dtype=dtype, positive=True)
        expect_descent(student, reference, w, lr, steps)
    marked = reference.inputs((2,), dtype="float64", avoid=(1,), requires_grad=True)
    expect_descent(student, reference, marked, 0.1, 2)
