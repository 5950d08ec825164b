import torch


# %% part: code
def grads(f, params):
    own = [p.detach().clone().requires_grad_() for p in params]
    found = torch.autograd.grad(f(*own), own, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(params, found, strict=True)]
