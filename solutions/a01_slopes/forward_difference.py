# %% part: code
def forward(f, x, h):
    return (f(x + h) - f(x)) / h
