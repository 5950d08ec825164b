import pytest
import torch

from gradeprop.gradients.loops import Loop, Walker, slopes_of

START = (torch.tensor([[1.0, -2.0]]).double(), torch.tensor(0.5).double())


def bowl(params):
    a, b = params
    return ((a * torch.tensor([3.0, 1.0]) + b) ** 2).sum()


def curved(params):
    a, b = params
    return (a**4).sum() + torch.sin(a.sum() * b)


@pytest.mark.parametrize("loss", [bowl, curved])
@pytest.mark.parametrize(
    "loop",
    [
        Loop(),
        Loop(factor=-1.0),
        Loop(accumulate=True),
        Loop(accumulate=True, leftover=(torch.ones(1, 2).double(), torch.tensor(2.0).double())),
        Loop(order=(1, 0)),
        Loop(frozen=0),
    ],
)
def test_a_walk_is_the_loop_written_out(loss, loop):
    params = [item.clone() for item in START]
    held = [item.clone() for item in loop.leftover] or [torch.zeros_like(item) for item in START]

    def slope(number):
        leaves = [item.clone().requires_grad_() for item in params]
        return torch.autograd.grad(loss(leaves), leaves)[number]

    for _ in range(7):
        if loop.order:
            for number in loop.order:
                params[number] = params[number] - 0.01 * slope(number)
            continue
        slopes = [slope(0), slope(1)]
        held = [old + new for old, new in zip(held, slopes, strict=True)]
        used = held if loop.accumulate else slopes
        for number in (0, 1):
            if number != loop.frozen:
                params[number] = params[number] - 0.01 * loop.factor * used[number]
    found = Walker(slopes_of(loss), START).walk(loop, lr=0.01, steps=7)
    for mine, theirs in zip(found, params, strict=True):
        assert mine.shape == theirs.shape
        assert torch.allclose(mine, theirs, rtol=1e-12)


def test_no_step_changes_nothing():
    found = Walker(slopes_of(bowl), START).walk(Loop(), lr=0.1, steps=0)
    assert all(torch.equal(a, b) for a, b in zip(found, START, strict=True))
