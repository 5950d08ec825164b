import torch

from gradeprop.gradients import Gradient


def expect_gradient(student, reference, x):
    # Element by element, because Gradient differentiates the sum of what the function returns.
    squares = Gradient(lambda x: x**2, at=x)
    reference.expect(student.call("grad_sum_squares", x)).to_match(squares)


def test_at_one_two_three(student, reference):
    # Two sizes, because with one of them "mean" and "half" can look alike.
    for rows in ([1.0, 2.0, 3.0], [[0.5, -1.0], [1.5, -3.0]]):
        expect_gradient(student, reference, torch.tensor(rows))


def test_at_any_tensor(student, reference):
    shapes = {(5,): "float64", (2, 3): "float32", (3, 1, 2): "float64", (): "float64"}
    for shape, dtype in shapes.items():
        x = reference.inputs(shape, dtype=dtype, high=4, avoid=(2,))
        expect_gradient(student, reference, x)


def test_leaves_x_alone(student, reference):
    for shape, dtype in (((4,), "float32"), ((3, 2), "float64")):
        x = reference.inputs(shape, dtype=dtype, high=4, avoid=(2,), requires_grad=True)
        x.grad = reference.inputs(shape, dtype=dtype)
        expect_gradient(student, reference, x)
