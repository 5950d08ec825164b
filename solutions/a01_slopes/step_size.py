# %% part: commit
tiny_step = 0.0
error_path = "falls then grows"
larger_step = "float32"

# %% part: choose
h32 = 5e-3
h64 = 1e-5
