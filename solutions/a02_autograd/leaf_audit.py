# %% part: before
before = "None"


# %% part: filled
filled = ["a", "s"]


# %% part: keep
def watch(a):
    a = a.detach().clone().requires_grad_()
    m = 3 * a
    m.retain_grad()
    seen = []
    m.register_hook(seen.append)
    (m**2).sum().backward()
    return a.grad, m.grad, seen[0]
