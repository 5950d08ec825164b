import torch


# %% part: code
def windows_gradient(w, xs, window):
    w = w.detach().clone().requires_grad_()
    h = torch.zeros_like(w)
    for t, x in enumerate(xs, start=1):
        h = w * h + x
        if t % window == 0:
            loss = h**2
            loss.backward()
            h = h.detach()
    return w.grad
