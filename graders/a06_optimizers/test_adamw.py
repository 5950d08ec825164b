import torch

from gradeprop.gradients import Optimizer


def pushing(grad):
    """A loss whose gradient is ``grad`` wherever the weights are."""
    return lambda params: (grad * params[0]).sum()


def expect_steps(student, reference, w, grads, lr, decay):
    end = student.call("adamw", w, grads, lr, decay)
    losses = [pushing(grad.double()) for grad in grads]
    steps = len(grads)
    right = Optimizer(torch.optim.AdamW, losses, [w], lr=lr, steps=steps, weight_decay=decay)
    reference.expect(end).to_match(right)


def test_one_step(student, reference):
    # In the text lr is the decay, and the gradient twice the weight: so there is a second case.
    for start, slope, lr, decay in ((3.0, 6.0, 0.1, 0.1), (-2.0, 0.5, 0.2, 0.3)):
        w = torch.tensor([start], dtype=torch.float64)
        grads = [torch.tensor([slope], dtype=torch.float64)]
        expect_steps(student, reference, w, grads, lr, decay)


def test_three_steps(student, reference):
    # Of 3 alone, one decay would be as much as three that take no share of it; and two signs tell
    # who goes by the sign or by the size of a weight.
    w = torch.tensor([3.0, -2.0], dtype=torch.float64)
    grads = [torch.tensor([g, g], dtype=torch.float64) for g in (1.0, -2.0, 0.5)]
    expect_steps(student, reference, w, grads, 0.2, 0.3)


def test_any_gradients(student, reference):
    cases = (
        ((3,), "float64", 4, 0.1, 0.4),
        ((2, 3), "float32", 7, 0.3, 0.2),
        ((), "float64", 12, 0.05, 0.5),
        ((2,), "float32", 3, 0.2, 0.0),
    )
    for shape, dtype, steps, lr, decay in cases:
        w = reference.inputs(shape, dtype=dtype, requires_grad=steps == 7)
        grads = [reference.inputs(shape, dtype=dtype) for _ in range(steps)]
        expect_steps(student, reference, w, grads, lr, decay)
