# %% part: commit
still_moving = "float64 only"
gap = 5.96e-5
larger_lr = "nearer"

# %% part: why
reason = "rounding"
