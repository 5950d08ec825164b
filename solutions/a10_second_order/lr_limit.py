import torch


# %% part: code
def lr_limit(x):
    rows = torch.stack([x, torch.ones_like(x)], dim=1)
    hessian = 2 * rows.T @ rows / len(x)
    return 2 / torch.linalg.eigvalsh(hessian).max()
