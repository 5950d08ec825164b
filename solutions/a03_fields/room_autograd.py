# %% part: code
def gradient_at(field, place):
    own = place.detach().clone().requires_grad_()
    field(own).backward()
    return own.grad
