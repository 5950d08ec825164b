import torch

from gradeprop.gradients import Descent


def expect_line(student, reference, x, y, lr, steps):
    zeros = [torch.zeros((), dtype=x.dtype, device=x.device) for _ in "ab"]
    line = Descent(lambda p, x: p[0] * x + p[1], x, y, zeros, lr=lr, steps=steps, labels=("a", "b"))
    handle = student.call("fit_line", x, y, lr, steps)
    # One step more or less moves a and b by more than 1e-3; 100 steps in float32 err by less than
    # 1e-5.
    reference.expect(handle).to_match(
        line, kinds="tensor", shapes="scalar", dtype="floating", rtol=1e-4
    )


def test_four_points(student, reference):
    x = torch.tensor([0.5, 0.9, 1.4, 1.8])
    y = torch.tensor([2.0, 3.8, 5.0, 7.2])
    expect_line(student, reference, x[:3], y[:3], 0.1, 2)
    expect_line(student, reference, x, y, 0.01, 100)


def test_other_points(student, reference):
    for n, dtype, lr, steps in (
        (3, "float64", 0.05, 4),
        (6, "float32", 0.03, 16),
        (9, "float64", 0.04, 9),
    ):
        x = reference.inputs((n,), dtype=dtype, avoid=(1,))
        noise = reference.inputs((n,), dtype=dtype, low=0.1, high=0.5)
        expect_line(student, reference, x, 3 * x - 2 + noise, lr, steps)
