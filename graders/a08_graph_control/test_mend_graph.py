import torch
from torch import tensor

from gradeprop.gradients import Gradient

DOUBLE = torch.float64


def expect_slope(student, reference, w, x, y):
    def loss(w):  # in whichever precision w comes
        return ((w * x.to(w.dtype) - y.to(w.dtype)) ** 2).mean() + w**2 / 2

    reference.expect(student.call("slope", w, x, y)).to_match(Gradient(loss, at=w))


def test_numbers_of_the_text(student, reference):
    x, y = tensor([1.0, 2.0, 3.0]), tensor([3.0, 5.0, 4.0])
    expect_slope(student, reference, tensor(1.5), x, y)


def test_perfect_fit(student, reference):
    x = tensor([1.0, -2.0, 3.0], dtype=DOUBLE)
    for weight in (1.5, -0.7):
        w = tensor(weight, dtype=DOUBLE)
        expect_slope(student, reference, w, x, w * x)


def test_weight_zero(student, reference):
    y = tensor([3.0, 5.0, 4.0], dtype=DOUBLE)
    for x in (tensor([1.0, 2.0, 3.0], dtype=DOUBLE), tensor([-1.0, 0.5, 2.0], dtype=DOUBLE)):
        expect_slope(student, reference, tensor(0.0, dtype=DOUBLE), x, y)


def test_any_data(student, reference):
    for n, dtype in ((4, "float64"), (3, "float32"), (5, "float64")):
        w = reference.inputs((), dtype=dtype, requires_grad=n == 3)
        x, y = reference.inputs((n,), dtype=dtype), reference.inputs((n,), dtype=dtype)
        expect_slope(student, reference, w, x, y)
