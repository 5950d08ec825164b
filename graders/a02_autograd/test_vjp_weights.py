import torch

from gradeprop.gradients import Gradient

TABLE = torch.tensor([[0.7, -1.2, 0.4], [1.5, 0.3, -0.8]], dtype=torch.float64)


def parabola(x):
    return 3 * x**2 + 5


def products(x):
    """As many outputs as inputs, and a table of slopes that is neither diagonal nor symmetric."""
    return torch.stack([x[0] * x[1], x[1] ** 2, x[0] * x[2]])


def fewer(x):
    """Three inputs, two outputs."""
    return torch.tanh(TABLE.to(x) @ x)


def more(x):
    """A matrix of two rows from four numbers: eight outputs."""
    return torch.stack([x**2, torch.sin(x) * x[0]])


def expect_gradient(student, reference, f, x, v):
    right = Gradient(f, at=x, upstream=v)
    reference.expect(student.call("weighted_grad", f, x, v)).to_match(right)


def test_parabola_and_products(student, reference):
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    for f, weights in ((parabola, [1.0, 0.5, 0.1]), (products, [0.5, -1.0, 4.0])):
        v = torch.tensor(weights, dtype=torch.float64)
        expect_gradient(student, reference, f, x, v)


def test_other_functions(student, reference):
    for f, inputs, outputs, dtype in (
        (fewer, (3,), (2,), "float64"),
        (more, (4,), (2, 4), "float32"),
        (products, (3,), (3,), "float64"),
        (parabola, (), (), "float64"),
    ):
        x = reference.inputs(inputs, dtype=dtype, avoid=(1, -1))
        v = reference.inputs(outputs, dtype=dtype, avoid=(1, -1))
        expect_gradient(student, reference, f, x, v)
    x = reference.inputs((2, 3), dtype="float64", requires_grad=True)
    x.grad = reference.inputs((2, 3), dtype="float64")
    expect_gradient(student, reference, parabola, x, reference.inputs((2, 3), dtype="float64"))
