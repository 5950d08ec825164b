import torch

from gradeprop.gradients import Fixed


def of_one_window(w, h, xs):
    """The gradient of the loss at its end, and the state there; it began with the number h."""
    w = w.detach().clone().requires_grad_()
    for x in xs:
        h = w * h + x
    (grad,) = torch.autograd.grad(h**2, w)
    return grad, h.detach()


def expect_gradient(student, reference, w, xs, window):
    total, h = torch.zeros_like(w), torch.zeros_like(w)
    for part in xs.split(window):
        grad, h = of_one_window(w, h, part)
        total = total + grad
    got = student.call("windows_gradient", w, xs, window)
    reference.expect(got).to_match(Fixed(total.detach()))


def test_numbers_of_the_text(student, reference):
    w, xs = torch.tensor(0.5), torch.tensor([1.0, 2.0, 3.0, 4.0])
    expect_gradient(student, reference, w, xs, 2)
    # Three windows: divided by the windows is not halved, as by a loss with a half in front.
    expect_gradient(student, reference, -w, torch.tensor([1.0, -2.0, 3.0, 0.5, 1.5, 2.0]), 2)


def test_any_windows(student, reference):
    for windows, window, dtype in ((2, 3, "float64"), (4, 2, "float32"), (3, 4, "float64")):
        marked = window == 2  # whoever copies with clone alone has no leaf then
        w = reference.inputs((), dtype=dtype, high=0.9, requires_grad=marked)
        xs = reference.inputs((windows * window,), dtype=dtype)
        expect_gradient(student, reference, w, xs, window)
