# %% part: commit
direction = "increase"

# %% [markdown] part: why
# The −5 says: if w grows a little, the loss L falls, by about 5 per unit of w. So increase w. Decreasing w
# would raise the loss. The step always goes against the sign of the gradient, because the gradient points to
# where the loss rises. This holds for small steps only: further away, the slope may be different.
