import torch


# %% part: code
def momentum(w, slope, lr, mu, steps):
    v = torch.zeros_like(w)
    for _ in range(steps):
        v = mu * v + slope(w)
        w = w - lr * v
    return w
