import torch


# %% part: code
def clip(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    if norm <= max_norm:
        return [g.clone() for g in grads]
    return [g * max_norm / norm for g in grads]
