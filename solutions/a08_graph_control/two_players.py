# %% part: code
def player_gradients(d, g, z, real):
    d = d.detach().clone().requires_grad_()
    g = g.detach().clone().requires_grad_()
    fake = g * z

    # The discriminator's turn
    loss_d = ((d * real - 1) ** 2).mean() + ((d * fake.detach()) ** 2).mean()
    loss_d.backward()
    grad_d = d.grad
    d.grad = None

    # The generator's turn
    loss_g = ((d * fake - 1) ** 2).mean()
    loss_g.backward()
    return grad_d, g.grad
