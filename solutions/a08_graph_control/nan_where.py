import torch


# %% part: code
def safe_root(x):
    positive = x > 0
    inside = torch.where(positive, x, torch.ones_like(x))
    return torch.where(positive, inside.sqrt(), torch.zeros_like(x))
