# %% part: code
def adamw(w, grads, lr, decay):
    direction = AdamDirection()
    for g in grads:
        w = w - lr * (direction(g) + decay * w)
    return w
