# %% part: code
def grad_shared(x, upstream):
    by_square = upstream * 2 * x
    by_line = upstream * 3
    return by_square + by_line
