import torch


# %% part: code
def penalised(w, x):
    w = w.detach().clone().requires_grad_()
    x = x.detach().clone().requires_grad_()
    f = model(w, x).sum()
    (slope,) = torch.autograd.grad(f, x, create_graph=True)
    penalty = ((slope - 1) ** 2).sum()
    loss = f + 0.1 * penalty
    (dw,) = torch.autograd.grad(loss, w)
    return loss.detach(), dw
