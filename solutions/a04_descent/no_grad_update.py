# %% part: code
def descend(w, lr, steps):
    w = w.detach().clone().requires_grad_()
    for _ in range(steps):
        loss_of(w).backward()
        with torch.no_grad():
            w -= lr * w.grad
        w.grad = None
    return w
