# %% part: commit
loss_left = 8.41
loss_right = 9.61
tangent_left = 8.4
tangent_right = 9.6
half_nudge = "a quarter"

# %% [markdown] part: why
# The tangent keeps the slope 6 on the whole way. The slope of w² does not stay: to the right it grows, so the loss
# rises by more than predicted; to the left it shrinks, so the loss falls by less. Either way it ends higher. The gap
# is the square of the nudge, so small nudges can be trusted.
