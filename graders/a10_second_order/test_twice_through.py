import torch

from gradeprop.gradients import Fixed


def right(w, x):
    """Loss and gradient, the slope written down; autograd finds the gradient from that."""
    exact = w.detach().double().requires_grad_()
    x = x.detach().double()
    loss = (exact * x**3).sum() + 0.1 * ((3 * exact * x**2 - 1) ** 2).sum()
    (dw,) = torch.autograd.grad(loss, exact)
    return loss.detach().to(w.dtype), dw.to(w.dtype)


def example():
    return torch.tensor(0.5, dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)


def test_value_of_the_loss(student, reference):
    other = torch.tensor(-0.4, dtype=torch.float64), torch.tensor([1.5], dtype=torch.float64)
    for w, x in (example(), other):
        reference.expect(student.call("penalised", w, x)[0]).to_match(Fixed(right(w, x)[0]))


def test_its_gradient(student, reference):
    w, x = example()
    reference.expect(student.call("penalised", w, x)[1]).to_match(Fixed(right(w, x)[1]))


def test_any_numbers(student, reference):
    for size, dtype in ((3, "float64"), (5, "float32"), (2, "float64")):
        w = reference.inputs((), dtype=dtype, low=0.2, high=0.9)
        x = reference.inputs((size,), dtype=dtype, avoid=(1, -1))
        both = Fixed(right(w, x), labels=("loss", "dw"))
        reference.expect(student.call("penalised", w, x)).to_match(both)
