import torch

from gradeprop.gradients import Gradient


def linear(x, weight, b):
    return x @ weight.T + b


def expect_gradients(student, reference, dout, x, weight):
    b = torch.zeros_like(dout[0])
    right = Gradient(linear, at=(x, weight, b), upstream=dout, labels=("dx", "dW", "db"))
    reference.expect(student.call("linear_backward", dout, x, weight)).to_match(right)


def test_four_examples(student, reference):
    x = [[1.0, 2.0, -1.0], [0.0, 3.0, 1.0], [-2.0, 1.0, 4.0], [5.0, -1.0, 2.0]]
    dout = [[1.0, -2.0], [3.0, 0.5], [-1.0, 2.0], [2.0, 4.0]]
    weight = [[2.0, -1.0, 3.0], [1.0, 4.0, -2.0]]
    dout, x, weight = (torch.tensor(rows, dtype=torch.float64) for rows in (dout, x, weight))
    expect_gradients(student, reference, dout, x, weight)


def test_any_layer(student, reference):
    # Examples, inputs and outputs differ in number; once more than one transpose fits.
    cases = ((5, 2, 4, "float64"), (3, 4, 2, "float32"), (1, 3, 2, "float64"), (3, 3, 3, "float64"))
    for n, inputs, outputs, dtype in cases:
        dout = reference.inputs((n, outputs), dtype=dtype, avoid=(1, -1))
        x = reference.inputs((n, inputs), dtype=dtype, avoid=(1, -1))
        weight = reference.inputs((outputs, inputs), dtype=dtype, avoid=(1, -1))
        expect_gradients(student, reference, dout, x, weight)
