import torch

from gradeprop.gradients import Optimizer


def pushing(grad):
    """A loss whose gradient is ``grad`` wherever the weights are."""
    return lambda params: (grad * params[0]).sum()


def expect_steps(student, reference, w, grads, lr, betas, eps):
    end = student.call("adam", w, grads, lr, *betas, eps)
    losses = [pushing(grad.double()) for grad in grads]
    right = Optimizer(torch.optim.Adam, losses, [w], lr=lr, steps=len(grads), betas=betas, eps=eps)
    reference.expect(end).to_match(right)


def test_three_gradients(student, reference):
    # With gradients that grow, turn and shrink, sign descent and the like lead elsewhere.
    w = torch.tensor([3.0], dtype=torch.float64)
    grads = [torch.tensor([g], dtype=torch.float64) for g in (1.0, -2.0, 0.5)]
    expect_steps(student, reference, w, grads, 0.1, (0.9, 0.999), 1e-8)


def test_gradient_as_small_as_eps(student, reference):
    w = torch.tensor([1.0, -2.0], dtype=torch.float64)
    # Three, of signs that do not cancel: whoever returns after the first step is not taken for one
    # who leaves out the last, nor weights that never move for those that follow the signs alone.
    slopes = ([0.01, -0.03], [-0.02, -0.01], [0.03, 0.02])
    grads = [torch.tensor(slope, dtype=torch.float64) for slope in slopes]
    expect_steps(student, reference, w, grads, 0.1, (0.9, 0.999), 0.01)


def test_any_gradients(student, reference):
    cases = (
        ((2,), "float32", 1, 0.2, (0.9, 0.999), 1e-6, 1.0),
        ((3,), "float64", 4, 0.1, (0.8, 0.95), 1e-8, 1.0),
        ((2, 3), "float32", 7, 0.3, (0.5, 0.9), 0.2, 0.1),
        ((), "float64", 12, 0.05, (0.9, 0.99), 0.3, 1.0),
    )
    for shape, dtype, steps, lr, betas, eps, size in cases:
        w = reference.inputs(shape, dtype=dtype)
        grads = [size * reference.inputs(shape, dtype=dtype) for _ in range(steps)]
        expect_steps(student, reference, w, grads, lr, betas, eps)


def test_weights_that_require_grad(student, reference):
    w = reference.inputs((3,), dtype="float32", requires_grad=True)
    grads = [reference.inputs((3,), dtype="float32") for _ in range(3)]
    grads[0][0] = 0.0  # as of an input that was 0
    expect_steps(student, reference, w, grads, 0.1, (0.7, 0.9), 0.01)
