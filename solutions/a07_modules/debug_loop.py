# %% part: loop
def train(w, batches, epochs, lr, gamma):
    w = w.detach().clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=gamma)
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            mean_loss(w, x, y).backward()
            optimizer.step()
        scheduler.step()
    return w.detach()


# %% part: report
def fit(w, batches, validation, epochs, lr):
    w = w.detach().clone().requires_grad_()
    history = []
    best, smallest = None, float("inf")
    for epoch in range(epochs):
        total, count = 0.0, 0
        for x, y in batches:
            loss = step(w, x, y, lr * 0.5**epoch)
            total = total + loss.item() * len(y)
            count = count + len(y)
        history.append(total / count)
        error = mean_loss(w.detach(), *validation).item()
        if error < smallest:
            best, smallest = w.detach().clone(), error
    return history, best
