# %% part: code
def fine_tune(a, b, x, y, lr, momentum, steps, freeze_after):
    a = a.detach().clone().requires_grad_()
    b = b.detach().clone().requires_grad_()
    optimizer = torch.optim.SGD([a, b], lr=lr, momentum=momentum)
    for step in range(steps):
        if step == freeze_after:
            a.requires_grad_(False)
        optimizer.zero_grad()
        loss = ((a * x + b - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return a.detach(), b.detach()


# %% part: statistics
running_mean = 0.5
stopped_by = "eval"
