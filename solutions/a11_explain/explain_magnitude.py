# %% part: commit
grad_w3_without_x3 = 0.0
grad_w1_without_x3 = -6.8
after_larger_weight = "smaller"
grad_w3_in_centimetres = -1500.0

# %% [markdown] part: why
# All three gradients are 2(ŷ − y), the same for all, times the weight's own input, and x₃ is the largest input. With
# x₃ = 0, w₃ cannot move the prediction, so its gradient is 0. In centimetres the same model has a gradient of −1500:
# its size tells about the unit of the input, and not how important the weight is.
