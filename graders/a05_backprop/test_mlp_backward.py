import torch

from gradeprop.gradients import Descent, Gradient


def network(params, x):
    first, second = params
    return torch.relu(x @ first.T) @ second.T


def small():
    """Each hidden unit has both signs, and none is 0."""
    x = [[1.0, 2.0, 0.5], [-1.0, 0.5, 1.0], [0.5, -2.0, 1.5], [2.0, 1.0, -1.0]]
    y = [[1.0, 0.0, -1.0], [0.5, -1.0, 2.0], [-2.0, 1.0, 0.5], [0.0, 2.0, 1.0]]
    first = [[0.5, -0.5, 0.25], [1.0, 0.25, -0.75]]
    second = [[0.5, -1.0], [1.0, 0.5], [-0.25, 0.75]]
    return (torch.tensor(rows, dtype=torch.float64) for rows in (x, y, first, second))


def expect_gradients(student, reference, x, y, first, second):
    def loss(first, second):
        way = network((first, second), x.to(first.dtype))
        return ((way - y.to(first.dtype)) ** 2).mean()

    right = Gradient(loss, at=(first, second), labels=("dW1", "dW2"))
    reference.expect(student.call("mlp_backward", x, y, first, second)).to_match(right)


def sizes(reference, n, inputs, hidden, outputs, dtype):
    def draw(*shape):
        return reference.inputs(shape, dtype=dtype, low=0.2, high=0.9)

    return draw(n, inputs), draw(n, outputs), draw(hidden, inputs), draw(outputs, hidden)


def test_small_network(student, reference):
    expect_gradients(student, reference, *small())


def test_any_network(student, reference):
    cases = ((5, 3, 4, 2, "float64"), (3, 4, 6, 1, "float32"), (6, 2, 5, 3, "float64"))
    for *shape, dtype in cases:
        expect_gradients(student, reference, *sizes(reference, *shape, dtype))


def expect_training(student, reference, x, y, first, second, lr, steps):
    right = Descent(network, x, y, [first, second], lr=lr, steps=steps, labels=("W1", "W2"))
    reference.expect(student.call("mlp_train", x, y, first, second, lr, steps)).to_match(right)


def test_first_steps(student, reference):
    expect_training(student, reference, *small(), 0.5, 1)
    expect_training(student, reference, *small(), 0.5, 2)


def test_any_training(student, reference):
    cases = ((5, 3, 4, 2, "float64", 0.3, 2), (3, 4, 6, 1, "float32", 0.15, 4))
    for *shape, dtype, lr, steps in cases:
        expect_training(student, reference, *sizes(reference, *shape, dtype), lr, steps)
