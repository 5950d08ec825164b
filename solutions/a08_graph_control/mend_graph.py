# %% part: code
def slope(w, x, y):
    w = w.detach().clone().requires_grad_()
    errors = w * x - y
    data = (errors**2).mean()
    penalty = w**2 / 2
    loss = data + penalty
    loss.backward()
    return w.grad
