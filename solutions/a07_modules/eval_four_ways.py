# %% part: tracked
tracked = ["train", "eval"]

# %% part: random
differing = ["train", "train, no_grad"]

# %% part: mean
mean_train = 0.95
mean_train_no_grad = 0.95
mean_eval = 0.0
mean_eval_no_grad = 0.0

# %% [markdown] part: why
# Without eval, dropout makes the predictions random, and batch normalisation goes by the validation batch and
# notes its mean. Without no_grad the numbers are right, but autograd records a graph that nobody uses, which
# costs memory and time.
