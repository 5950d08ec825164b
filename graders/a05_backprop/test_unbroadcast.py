import torch

from gradeprop.gradients import Gradient


def expect_gradient(student, reference, grad, shape):
    """What autograd brings back through PyTorch's own copying."""
    source = torch.ones(shape, dtype=grad.dtype, device=grad.device)
    copied = Gradient(lambda small: small.expand(grad.shape), at=source, upstream=grad)
    reference.expect(student.call("unbroadcast", grad, shape)).to_match(copied)


def test_one_number(student, reference):
    text = torch.tensor([2.0, 4.0, 6.0], dtype=torch.float64)
    expect_gradient(student, reference, text, (1,))
    other = torch.tensor([1.5, 7.0, -2.0], dtype=torch.float64)
    expect_gradient(student, reference, other, ())


def test_rows_and_columns(student, reference):
    grad = torch.tensor([[1.0, -2.0, 4.0], [0.5, 3.0, -7.0]], dtype=torch.float64)
    expect_gradient(student, reference, grad, (3,))
    expect_gradient(student, reference, 2 * grad, (2, 1))
    expect_gradient(student, reference, -grad, (1, 3))


def test_any_shapes(student, reference):
    cases = (
        ((3, 3), (3,), "float64"),  # where the axis on the wrong side would fit, too
        ((4, 2, 3), (2, 1), "float32"),
        ((4, 2, 3), (1, 3), "float64"),
        ((4, 2, 3), (4, 1, 1), "float64"),
        ((2, 1, 3), (1, 3), "float32"),
        ((2, 3), (), "float64"),
        ((3, 2), (3, 2), "float64"),
    )
    for large, small, dtype in cases:
        grad = reference.inputs(large, dtype=dtype, avoid=(1, -1))
        expect_gradient(student, reference, grad, small)
