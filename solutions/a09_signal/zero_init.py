# %% part: commit
grad_w1 = 0.0
grad_b1 = 0.0
grad_w2 = 0.0
grad_b2 = 2.75
rows_half = 1
rows_zero_w2 = 3

# %% [markdown] part: why
# The gradient reaches the hidden layer through W2; if W2 is 0, nothing arrives. The gradient of W2 is the error times
# the hidden values, and tanh(0) = 0. With 0.5 everywhere all neurons get equal gradients, take equal steps and remain
# copies. They become different only if their weights differ at the start, as random rows of W1 do.
