import torch

from gradeprop.gradients import Fixed


def tuned(a, b, x, y, lr, momentum, steps, freeze_after):
    """In float64; from step ``freeze_after`` on, a is put back after each step."""
    own = [p.detach().double().clone().requires_grad_() for p in (a, b)]
    optimizer = torch.optim.SGD(own, lr=lr, momentum=momentum)
    for step in range(steps):
        before = own[0].detach().clone()
        optimizer.zero_grad()
        ((own[0] * x.double() + own[1] - y.double()) ** 2).mean().backward()
        optimizer.step()
        if step >= freeze_after:
            own[0].data.copy_(before)
    return Fixed(tuple(p.detach().to(a.dtype) for p in own), labels=("a", "b"))


def expect_tuned(student, reference, *given):
    reference.expect(student.call("fine_tune", *given)).to_match(tuned(*given))


def of_the_text():
    return [torch.tensor([number], dtype=torch.float64) for number in (1.0, 0.5, 2.0, 5.0)]


def test_without_momentum(student, reference):
    expect_tuned(student, reference, *of_the_text(), 0.05, 0.0, 4, 2)


def test_with_momentum(student, reference):
    # Of three steps, two with one velocity would lead b to where three with a new one do. Frozen
    # after one, a would not have moved if it were frozen a step early.
    expect_tuned(student, reference, *of_the_text(), 0.05, 0.9, 4, 2)


def test_any_training(student, reference):
    cases = (
        ("float64", 4, 0.03, 0.8, 6, 2),
        ("float32", 3, 0.02, 0.5, 5, 3),
        ("float64", 5, 0.01, 0.9, 4, 2),
    )
    for dtype, n, lr, momentum, steps, freeze_after in cases:
        marked = dtype == "float32"
        a, b = (reference.inputs((1,), dtype=dtype, requires_grad=marked) for _ in range(2))
        x, y = (reference.inputs((n,), dtype=dtype) for _ in range(2))
        # far from any line through the start, so that both parameters have a way to go
        expect_tuned(student, reference, a, b, x, y + 4, lr, momentum, steps, freeze_after)
