# %% part: code
def bend(x):
    x = x.detach().clone().requires_grad_()
    e = x.exp() + 1
    s = e.log()
    loss = (s**2).sum()
    scaled = s / s.max()
    loss.backward()
    return x.grad, scaled.detach()
