import torch


# %% part: code
def weighted_slopes(numbers, weights):
    x = torch.tensor(numbers, dtype=weights.dtype, device=weights.device)
    x.requires_grad_()
    loss = (weights * x**2).sum()
    loss.backward()
    return x.grad
