"""Answers to one part: long ones that differ, and one in disguise."""

from __future__ import annotations

LOOP = """def d_square(w):
    out = []
    for i in range(len(w)):
        h = 0.001
        up = (w[i] + h) ** 2
        down = (w[i] - h) ** 2
        out.append((up - down) / (2 * h))
    return torch.stack(out)"""

DISGUISED = '''# my own work, I swear
def d_square(values):
    """Differences from both sides."""
    slopes = []   # one for each
    for k in range(len(values)):
        tiny = 0.01
        right = (values[k] + tiny) ** 2

        left  = (values[k] - tiny) ** 2
        slopes.append((right - left) / (2 * tiny))
    return torch.stack(slopes)'''

AUTOGRAD = """def d_square(w):
    v = w.detach().clone().requires_grad_(True)
    total = torch.zeros(())
    for x in v:
        total = total + x * x
    total.backward()
    assert v.grad is not None
    return v.grad.to(w.dtype)"""

MATRIX = """def d_square(w):
    jac = torch.autograd.functional.jacobian(lambda t: t.pow(2), w)
    if jac.dim() == 2:
        result = torch.diagonal(jac, 0)
    else:
        result = torch.einsum("ii->i", jac)
    print("shape", result.shape, jac.shape)
    return result.reshape(w.shape)"""
