# %% part: code
def slope_along(field, place, direction):
    own = place.detach().clone().requires_grad_()
    field(own).backward()
    return own.grad @ (direction / direction.norm())
