import torch

from gradeprop.gradients import Fixed


def limit(x):
    """By autograd's Hessian of the loss, in float64."""
    x = x.double()

    def loss(p):
        return ((p[0] * x + p[1]) ** 2).mean()

    start = torch.zeros(2, dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(loss, start)
    return 2 / torch.linalg.eigvalsh(hessian).max().item()


def expect_limit(student, reference, x):
    right = Fixed(torch.tensor(limit(x), dtype=x.dtype))
    got = student.call("lr_limit", x)
    reference.expect(got).to_match(right, kinds="either", shapes="scalar", dtype="floating")


def test_four_points(student, reference):
    x = torch.tensor([0.5, 0.9, 1.4, 1.8], dtype=torch.float64)
    expect_limit(student, reference, x)
    expect_limit(student, reference, x[:3].clone())  # where four times is not n times


def test_any_points(student, reference):
    # Near 0 the bend along b is the steeper one, far away that along a.
    for size, dtype, scale in ((5, "float64", 1.0), (3, "float32", 0.2), (7, "float64", 3.0)):
        x = scale * reference.inputs((size,), dtype=dtype)
        expect_limit(student, reference, x)
