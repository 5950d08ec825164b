# %% part: code
def td_gradient(w, s, s_next, reward, gamma):
    w = w.detach().clone().requires_grad_()
    value = s @ w
    target = (reward + gamma * (s_next @ w)).detach()
    loss = ((value - target) ** 2).mean()
    loss.backward()
    return w.grad
