import torch


# %% part: code
def hvp(f, theta, v):
    theta = theta.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad(f(theta), theta, create_graph=True)
    along = (grad * v).sum()
    return torch.autograd.grad(along, theta)[0]
