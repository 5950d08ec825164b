import torch


# %% part: vanish
def through_sigmoids(x, depth):
    x = x.detach().clone().requires_grad_()
    y = x
    for _ in range(depth):
        y = torch.sigmoid(y)
    y.sum().backward()
    return x.grad


# %% part: explode
def through_matrices(x, matrix, depth):
    x = x.detach().clone().requires_grad_()
    y = x
    for _ in range(depth):
        y = matrix @ y
    y.sum().backward()
    return x.grad
