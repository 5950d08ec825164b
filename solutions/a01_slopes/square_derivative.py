import torch


# %% part: by_hand
def d_square(w):
    return 2 * w


# %% part: autograd
w = torch.tensor([3.0], requires_grad=True)
loss = w**2
loss.backward()
grad = w.grad
