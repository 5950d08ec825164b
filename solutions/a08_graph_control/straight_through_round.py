import torch


# %% part: code
def round_through(x):
    return x + (torch.round(x) - x).detach()
