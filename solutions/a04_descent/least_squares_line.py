# %% part: code
def best_line(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    a = (dx * dy).sum() / (dx * dx).sum()
    b = y.mean() - a * x.mean()
    return a, b
