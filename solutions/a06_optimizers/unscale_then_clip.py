import torch


# %% part: code
def ready(scaled, scale, max_norm):
    grads = [g / scale for g in scaled]
    if not all(torch.isfinite(g).all() for g in grads):
        return None
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * factor for g in grads]
