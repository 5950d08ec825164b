# %% part: loop
def accumulate(w, batches):
    w = w.detach().clone().requires_grad_()
    total = sum(len(y) for _, y in batches)
    for x, y in batches:
        loss = mean_loss(w, x, y) * len(y) / total
        loss.backward()
    return w.grad


# %% part: workers
def combine(grads, counts):
    return sum(count * grad for grad, count in zip(grads, counts, strict=True)) / sum(counts)
