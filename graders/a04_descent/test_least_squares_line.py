import torch

from gradeprop.gradients import Fixed, Rule

X = torch.tensor([0.5, 0.9, 1.4, 1.8])
Y = torch.tensor([2.0, 3.8, 5.0, 7.2])


def best(x, y):
    rows = torch.stack([x.double(), torch.ones_like(x, dtype=torch.float64)], dim=1)
    a, b = torch.linalg.lstsq(rows, y.double()[:, None]).solution[:, 0]
    return a.to(x.dtype), b.to(x.dtype)


def expect_line(student, reference, x, y):
    rule = Rule(shapes="scalar", rtol=1e-4, atol=1e-5)
    got = student.call("best_line", x, y)
    right = Fixed(best(x, y), labels=("a", "b"))
    reference.expect(got).to_match(right, items=(rule, rule))


def test_four_points(student, reference):
    expect_line(student, reference, X, Y)
    expect_line(student, reference, X[:3], Y[:3])


def test_other_points(student, reference, device):
    for n, dtype in ((5, "float64"), (9, "float32"), (3, "float64")):
        x = torch.linspace(-0.5, 2.5, n, dtype=getattr(torch, dtype), device=device)
        x = x + reference.inputs((n,), dtype=dtype, low=0.1, high=0.3)
        a, b = reference.inputs((2,), dtype=dtype, low=1, high=3)
        y = a * x + b + reference.inputs((n,), dtype=dtype, low=0.2, high=0.5)
        expect_line(student, reference, x, y)
