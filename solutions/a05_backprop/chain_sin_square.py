import torch


# %% part: code
def d_sin_square(w):
    u = w**2
    return torch.cos(u) * 2 * w
