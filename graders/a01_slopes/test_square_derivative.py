import torch

from gradeprop.gradients import Fixed, Gradient


def slope(at):
    return Gradient(lambda w: w**2, at=at)


def test_slopes_of_three_numbers(student, reference):
    # float64, so that a central difference passes with any sensible h. Never w = 2, where w² = 2w.
    w = torch.tensor([3.0, -1.5, 0.5], dtype=torch.float64)
    reference.expect(student.call("d_square", w)).to_match(slope(w), rtol=1e-6)


def test_slopes_anywhere(student, reference):
    # A central difference with h from 1e-8 to 1e-1 is within 1e-6; a one-sided one with h >= 1e-4
    # is not.
    for shape in ((4,), (2, 3), ()):
        w = reference.inputs(shape, dtype="float64", low=-3, high=3, avoid=(-2, 0, 2), gap=0.3)
        reference.expect(student.call("d_square", w)).to_match(slope(w), rtol=1e-6)
    # In float32 rounding grows as 1e-7 / h: 0.1 lets h = 1e-6 pass here and only the dtype is at
    # stake.
    w = reference.inputs((5,), dtype="float32", low=-1, high=1, avoid=(0,), gap=0.3)
    reference.expect(student.call("d_square", w)).to_match(slope(w), rtol=0.1)


def test_backward_was_called(student, reference):
    three = torch.tensor([3.0])
    w = student.value("w")
    reference.expect(w).to_match(Fixed(three), dtype="floating", requires_grad=True)
    reference.expect(w.grad).to_match(slope(three), dtype="floating", by_backward=True)


def test_grad_is_the_slope(student, reference):
    right = Fixed(torch.tensor([6.0]))
    reference.expect(student.value("grad")).to_match(right, dtype="floating")
