import torch

from gradeprop.gradients import Gradient

DOUBLE = torch.float64


def expect_sigmoids(student, reference, x, depth):
    def sigmoids(x):
        for _ in range(depth):
            x = torch.sigmoid(x)
        return x

    # Relative alone: the gradients are smaller than any usual absolute tolerance.
    got = student.call("through_sigmoids", x, depth)
    reference.expect(got).to_match(Gradient(sigmoids, at=x), rtol=1e-4, atol=0.0)


def expect_matrices(student, reference, x, matrix, depth):
    def sum_of_result(x):
        for _ in range(depth):
            x = matrix.to(x.dtype) @ x
        return x.sum()

    got = student.call("through_matrices", x, matrix, depth)
    reference.expect(got).to_match(Gradient(sum_of_result, at=x), rtol=1e-4)


def test_ten_layers(student, reference):
    expect_sigmoids(student, reference, torch.tensor([0.5, -1.0], dtype=DOUBLE), 3)
    expect_sigmoids(student, reference, torch.tensor([2.0, 0.5], dtype=DOUBLE), 10)


def test_any_depth(student, reference):
    for shape, dtype, depth in (((3,), "float64", 7), ((2, 3), "float32", 4), ((), "float64", 1)):
        x = reference.inputs(shape, dtype=dtype, requires_grad=dtype == "float32")
        expect_sigmoids(student, reference, x, depth)


def test_twenty_layers(student, reference):
    expect_matrices(student, reference, torch.tensor([0.5]), torch.tensor([[1.5]]), 20)
    matrix = torch.tensor([[1.0, 0.5], [-0.25, 1.5]], dtype=DOUBLE)
    expect_matrices(student, reference, torch.tensor([0.5, -1.0], dtype=DOUBLE), matrix, 5)


def test_any_matrix(student, reference):
    for n, dtype, depth in ((3, "float64", 4), (2, "float32", 3), (4, "float64", 2)):
        x = reference.inputs((n,), dtype=dtype, requires_grad=dtype == "float32")
        matrix = reference.inputs((n, n), dtype=dtype)
        expect_matrices(student, reference, x, matrix, depth)
