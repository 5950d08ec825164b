# %% part: code
def weighted_grad(f, x, v):
    own = x.detach().clone().requires_grad_()
    (v * f(own)).sum().backward()
    return own.grad
