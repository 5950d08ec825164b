import torch


# %% part: code
def clip(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * factor for g in grads]
