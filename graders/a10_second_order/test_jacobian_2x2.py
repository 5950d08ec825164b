import torch

from gradeprop.gradients import Jacobian


def example(x):
    return torch.stack([x[0] * x[1], x[0] + x[1] ** 2])


def more_results(x):
    return torch.stack([x[0] * x[1] ** 2, torch.sin(x[0]), 3 * x[1] - x[0] ** 3])


def more_inputs(x):
    return torch.stack([x[0] * x[1] + x[2], x[2] * x[3] ** 2])


def three_of_each(x):
    return x**2 * x.roll(1) + 2 * x


def expect_jacobian(student, reference, f, x):
    reference.expect(student.call("jacobian", f, x)).to_match(Jacobian(f, at=x))


def test_example_of_the_text(student, reference):
    expect_jacobian(student, reference, example, torch.tensor([2.0, 3.0], dtype=torch.float64))


def test_any_function(student, reference):
    cases = (
        (more_results, 2, "float64", False),
        (more_inputs, 4, "float32", False),
        (three_of_each, 3, "float64", True),
    )
    for f, size, dtype, requires_grad in cases:
        x = reference.inputs((size,), dtype=dtype, avoid=(1, -1), requires_grad=requires_grad)
        expect_jacobian(student, reference, f, x)
