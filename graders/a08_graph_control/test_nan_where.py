import torch

from gradeprop.gradients import Fixed


def value_and_gradient(safe_root, x, upstream):
    """Runs on the student's side: the values, and what the way back makes of ``upstream``."""
    own = x.detach().clone().requires_grad_()
    y = safe_root(own)
    # Flat, and no longer than y: of a wrong shape the student is told as of a value.
    weights = upstream.flatten()[: y.numel()]
    (grad,) = torch.autograd.grad((weights * y.flatten()).sum(), own)
    return {"value": y.detach(), "gradient": grad, "x afterwards": own.detach()}


def expect_root(student, reference, x, upstream):
    positive = x > 0
    root = x[positive].detach().requires_grad_()
    (slopes,) = torch.autograd.grad(root.sqrt(), root, upstream[positive])
    value, gradient = torch.zeros_like(x), torch.zeros_like(x)
    value[positive], gradient[positive] = root.detach().sqrt(), slopes
    got = student.run(value_and_gradient, student.name("safe_root"), x, upstream)
    right = {"value": value, "gradient": gradient, "x afterwards": x}
    reference.expect(got).to_match(Fixed(right))


def test_numbers_of_the_text(student, reference):
    x = torch.tensor([4.0, 0.0, -1.0, 9.0])
    expect_root(student, reference, x, torch.ones(4))
    expect_root(student, reference, x, torch.tensor([2.0, -1.0, 3.0, 0.5]))


def test_any_numbers(student, reference):
    for shape, dtype in (((6,), "float64"), ((2, 3), "float32"), ((3, 1, 2), "float64")):
        x = reference.inputs(shape, dtype=dtype)
        # Whatever the signs of the six numbers: one of each kind, and one that is tiny.
        size = x.flatten().abs()
        signs = torch.tensor([1, -1, 0, 1e-6, 1, -1], dtype=x.dtype, device=x.device)
        x = (size * signs).reshape(shape)
        upstream = reference.inputs(shape, dtype=dtype, avoid=(1, -1))
        expect_root(student, reference, x, upstream)
