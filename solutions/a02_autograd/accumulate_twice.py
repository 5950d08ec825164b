import torch

# %% part: code
w = torch.tensor([3.0], requires_grad=True)
(w**2).backward()
once = w.grad.clone()
(w**2).backward()
twice = w.grad.clone()
w.grad = None
(w**2).backward()
cleared = w.grad.clone()
