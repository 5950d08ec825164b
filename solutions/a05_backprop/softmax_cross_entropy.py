import torch


# %% part: code
def grad_logits(logits, targets):
    p = torch.softmax(logits, dim=1)
    right = torch.nn.functional.one_hot(targets, logits.shape[1])
    return (p - right) / len(logits)


# %% part: binary
def grad_binary(z, y):
    return torch.sigmoid(z) - y
