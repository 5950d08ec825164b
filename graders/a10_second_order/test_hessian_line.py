import torch

from gradeprop.gradients import Hessian


def expect_hessian(student, reference, p, x, y):
    def loss(line):
        return ((line[0] * x.to(line.dtype) + line[1] - y.to(line.dtype)) ** 2).mean()

    reference.expect(student.call("hessian_line", p, x, y)).to_match(Hessian(loss, at=p))


def test_four_points(student, reference):
    x = torch.tensor([0.5, 0.9, 1.4, 1.8], dtype=torch.float64)
    y = torch.tensor([2.0, 3.8, 5.0, 7.2], dtype=torch.float64)
    expect_hessian(student, reference, torch.tensor([2.0, 1.0], dtype=torch.float64), x, y)


def test_any_points(student, reference):
    for size, dtype in ((5, "float64"), (3, "float32"), (7, "float64")):
        p = reference.inputs((2,), dtype=dtype, avoid=(1, -1))
        x = reference.inputs((size,), dtype=dtype, low=0.5, high=3.0)
        y = reference.inputs((size,), dtype=dtype)
        expect_hessian(student, reference, p, x, y)
