import torch


# %% part: code
def neuron_step(weight, bias, x, y_true, lr):
    w = weight.detach().clone().requires_grad_()
    b = bias.detach().clone().requires_grad_()
    loss = ((x @ w.T + b - y_true) ** 2).sum()
    grad_w, grad_b = torch.autograd.grad(loss, (w, b))
    with torch.no_grad():
        new_weight = w - lr * grad_w
        new_bias = b - lr * grad_b
        new_loss = ((x @ new_weight.T + new_bias - y_true) ** 2).sum()
    return new_weight, new_bias, new_loss
