"""Ids that the engine knows by itself: what YAML and graders may name without declaring it."""

from __future__ import annotations

from typing import Final

MISTAKES: Final = (
    "ascent", "axes_swapped", "broadcast", "closed_form", "default_lr", "diagonal_only", "doubled",
    "grad_accumulated", "gradient_not_hessian", "input_omitted", "mean_instead_of_sum",
    "missing_factor_two", "missing_half", "not_divided_by_step", "nothing_moved",
    "off_by_one_step", "one_sided_difference", "option_left_out", "parameter_frozen",
    "plain_descent", "sequential_update", "sign_flipped", "stale_gradient", "stale_loss",
    "state_lost", "sum_instead_of_mean", "summed_over_inputs", "summed_over_outputs", "transposed",
    "triangle_only", "upstream_ignored", "value_not_gradient", "vector_ignored",
    "wrong_step_size", "zeroed_before_step",
)  # fmt: skip
"""What some problem of `gradeprop.gradients` makes of its right answer."""

CAUSES: Final = (
    "backward_of_many", "backward_twice", "changed_before_backward", "detached", "devices_differ",
    "dtypes_differ", "flag_of_computed", "grad_of_computed", "hard_coded", "integer_leaf",
    "leaf_changed", "local_before_value", "missing_name", "module_not_started",
    "more_than_one_number", "mutates_input", "no_backward", "no_forward", "no_gpu", "none_used",
    "not_finite", "not_parameters", "nothing_to_optimize", "number_has_no_graph",
    "number_of_gradients", "numpy_of_grad", "optimizer_of_computed", "parameter_replaced",
    "shapes_do_not_fit", "shapes_do_not_multiply", "truth_of_many", "unknown_name", "unused_input",
    "upstream_shape", "used_autograd", "used_optimizer", "view_of_leaf_changed", "wrong_arguments",
    "wrong_device", "wrong_dtype", "wrong_shape", "wrong_type",
)  # fmt: skip
"""What the engine names without a misconception that says so."""
