import torch

from gradeprop.gradients import Descent


def expect_descent(student, reference, x0, lr, steps):
    """Descent on ½(3 − (X + 1))² from x0."""
    one, three, start = torch.tensor([1.0, 3.0, x0], dtype=torch.float64)
    descent = Descent(
        lambda params, one: params[0] + one,
        one,
        three,
        [start],
        lr=lr,
        steps=steps,
        reduction="sum",
        factor=0.5,
        returns=lambda params, _: params[0].item(),
    )
    # lr is 0.05 or more: with a tiny one, a first step of double length and one step too many look
    # alike.
    end = student.call("solve", x0, lr, steps)
    reference.expect(end).to_match(descent, kinds="either", shapes="single", rtol=1e-4)


def test_two_descents(student, reference):
    # In one of them lr * steps is not 1: else the slope at x0, kept for all steps, leads to 2, too.
    expect_descent(student, reference, 0.0, 0.1, 10)
    expect_descent(student, reference, 5.0, 0.05, 12)


def test_any_descent(student, reference):
    # All end well away from 0, where float32 would have few digits left.
    above = reference.inputs((2,), dtype="float64", low=4, high=8, positive=True).tolist()
    below = -reference.inputs((), dtype="float64", low=6, high=9, positive=True).item()
    for x0, lr, steps in ((above[0], 0.15, 4), (above[1], 0.07, 15), (below, 0.05, 8)):
        expect_descent(student, reference, x0, lr, steps)
