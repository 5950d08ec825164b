# %% part: code
def linear_backward(dout, x, W):
    dx = dout @ W
    dW = dout.T @ x
    db = dout.sum(0)
    return dx, dW, db
