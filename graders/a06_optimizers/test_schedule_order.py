import torch

from gradeprop.gradients import Fixed


def scheduled(w, lr, gamma, steps):
    """What torch.optim and its scheduler make of it, in float64."""
    end = w.detach().double().clone().requires_grad_()
    optimizer = torch.optim.SGD([end], lr=lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=gamma)
    for _ in range(steps):
        optimizer.zero_grad()
        (end**2).sum().backward()
        optimizer.step()
        scheduler.step()
    return Fixed(end.detach().to(w.dtype))


def expect_end(student, reference, w, lr, gamma, steps):
    end = student.call("descend", w, lr, gamma, steps)
    reference.expect(end).to_match(scheduled(w, lr, gamma, steps))


def test_three_and_four_steps(student, reference):
    # With 0.5 alone, a step size that shrinks evenly would look like a step left out.
    expect_end(student, reference, torch.tensor([3.0], dtype=torch.float64), 0.1, 0.5, 3)
    expect_end(student, reference, torch.tensor([-2.0, 0.5], dtype=torch.float64), 0.2, 0.8, 4)


def test_any_schedule(student, reference):
    # 0.2 and 0.9: far from 1 - gamma; 1.3: a schedule that warms up
    cases = (
        ((3,), "float64", 0.2, 0.9, 4),
        ((2, 3), "float32", 0.15, 0.7, 6),
        ((), "float64", 0.05, 1.3, 5),
        ((2,), "float32", 0.3, 0.2, 2),
    )
    for shape, dtype, lr, gamma, steps in cases:
        w = reference.inputs(shape, dtype=dtype, requires_grad=steps == 4)
        expect_end(student, reference, w, lr, gamma, steps)
