import torch

from gradeprop.gradients import Gradient


def two_ways(x):
    return x**2 + 3 * x


def expect_gradient(student, reference, x, upstream):
    got = student.call("grad_shared", x, upstream)
    reference.expect(got).to_match(Gradient(two_ways, at=x, upstream=upstream))


def test_numbers_of_the_text(student, reference):
    x = torch.tensor([5.0, 5.0, -0.5], dtype=torch.float64)
    upstream = torch.tensor([1.0, -2.0, 4.0], dtype=torch.float64)
    expect_gradient(student, reference, x, upstream)


def test_any_numbers(student, reference):
    # At -1.5 the slope is 0, and whatever is multiplied with it is right.
    for shape, dtype in (((4,), "float64"), ((2, 3), "float32"), ((), "float64")):
        x = reference.inputs(shape, dtype=dtype, avoid=(1, -1, -1.5, 2))
        upstream = reference.inputs(shape, dtype=dtype, avoid=(1, -1))
        expect_gradient(student, reference, x, upstream)
