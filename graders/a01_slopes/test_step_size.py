import torch
from graders.shared.curves import cube

RIGHT = 12.0
assert torch.func.grad(cube)(torch.tensor(2.0)).item() == RIGHT


def times_the_allowed_error(h, name, allowed):
    """Runs on the student's side: how far the central difference in this dtype is from the slope.

    Errors as they are, down to 1e-8, would all count as alike when a cause is looked for."""
    w = torch.tensor(2.0, dtype=getattr(torch, name))
    error = ((cube(w + h) - cube(w - h)) / (2 * h)).item() - RIGHT
    return error / allowed


def expect_error(student, reference, name, dtype, allowed):
    got = student.run(times_the_allowed_error, student.name(name), dtype, allowed)
    reference.expect(got).to_be_within(-1, 1)


def test_step_for_float32(student, reference):
    expect_error(student, reference, "h32", "float32", 1e-3)


def test_step_for_float64(student, reference):
    expect_error(student, reference, "h64", "float64", 1e-8)
