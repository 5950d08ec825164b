import torch

# %% part: code
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
z = 3 * x**2 + 2 * y + 5
z.backward(torch.ones_like(z))
