import torch
from torch import tensor

from gradeprop.gradients import Gradient

DOUBLE = torch.float64


def expect_gradient(student, reference, w, s, s_next, reward, gamma):
    target = (reward + gamma * (s_next @ w)).detach()

    def loss(w):  # in whichever precision w comes
        return ((s.to(w.dtype) @ w - target.to(w.dtype)) ** 2).mean()

    got = student.call("td_gradient", w, s, s_next, reward, gamma)
    reference.expect(got).to_match(Gradient(loss, at=w))


def test_numbers_of_the_text(student, reference):
    w, reward = tensor([0.5], dtype=DOUBLE), tensor([1.0], dtype=DOUBLE)
    s, s_next = tensor([[2.0]], dtype=DOUBLE), tensor([[3.0]], dtype=DOUBLE)
    expect_gradient(student, reference, w, s, s_next, reward, 0.9)
    # A second move: in the first, a minus before gamma gives the right gradient, turned around.
    s, s_next = tensor([[1.5]], dtype=DOUBLE), tensor([[0.5]], dtype=DOUBLE)
    expect_gradient(student, reference, -2 * w, s, s_next, 2 * reward, 0.9)


def test_three_moves(student, reference):
    # Four features: with two, twice the gradient would be taken for the gradient of a sum.
    w, reward = tensor([0.5, -1.0, 2.0, 0.25]), tensor([1.0, 0.0, -2.0])
    s = tensor([[2.0, 1.0, -1.0, 0.5], [1.0, 3.0, 0.5, -2.0], [0.5, -1.0, 1.5, 1.0]])
    s_next = tensor([[1.0, 3.0, 0.5, -1.0], [3.0, -1.0, 1.0, 2.0], [2.0, 1.5, -0.5, 1.0]])
    expect_gradient(student, reference, w, s, s_next, reward, 0.8)


def test_any_moves(student, reference):
    cases = ((4, 2, "float64", 0.9), (2, 3, "float32", 0.7), (5, 1, "float64", 0.95))
    for moves, n, dtype, gamma in cases:
        marked = n == 3  # whoever copies with clone alone has no leaf then
        w = reference.inputs((n,), dtype=dtype, requires_grad=marked)
        s = reference.inputs((moves, n), dtype=dtype)
        s_next = reference.inputs((moves, n), dtype=dtype)
        reward = reference.inputs((moves,), dtype=dtype)
        expect_gradient(student, reference, w, s, s_next, reward, gamma)
