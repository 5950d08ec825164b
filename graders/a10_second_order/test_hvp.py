import torch

from gradeprop.gradients import HVP


def example(theta):
    return theta[0] ** 2 * theta[1] + theta[1] ** 3


def neighbours(theta):
    return (theta**2 * theta.roll(1)).sum() + torch.sin(theta).sum()


def rows(theta):
    return (theta.sum(1) ** 3).sum() + (theta[0] * theta[1] ** 2).sum()


def expect_product(student, reference, f, theta, v):
    reference.expect(student.call("hvp", f, theta, v)).to_match(HVP(f, at=theta, v=v))


def test_example_of_the_text(student, reference):
    theta = torch.tensor([1.0, 2.0], dtype=torch.float64)
    v = torch.tensor([1.0, -1.0], dtype=torch.float64)
    expect_product(student, reference, example, theta, v)


def test_any_function(student, reference):
    cases = (
        (neighbours, (4,), "float64", False),
        (rows, (2, 3), "float32", False),
        (example, (2,), "float64", True),
    )
    for f, shape, dtype, requires_grad in cases:
        theta = reference.inputs(shape, dtype=dtype, avoid=(1, -1), requires_grad=requires_grad)
        v = reference.inputs(shape, dtype=dtype, avoid=(1, -1))
        expect_product(student, reference, f, theta, v)
