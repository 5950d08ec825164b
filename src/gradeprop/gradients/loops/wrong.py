"""What each misconception makes of a training loop: id -> the wrong answers, one per variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.loops import wrong_loops, wrong_slopes
from gradeprop.gradients.loops.training import Training

WRONG: Mapping[str, Callable[[Training], list[Answer]]] = {
    "ascent": wrong_loops.ascent,
    "sign_flipped": wrong_loops.ascent,
    "missing_factor_two": wrong_loops.missing_factor_two,
    "missing_half": wrong_loops.missing_half,
    "doubled": wrong_loops.doubled,
    "sum_instead_of_mean": wrong_loops.sum_instead_of_mean,
    "mean_instead_of_sum": wrong_loops.mean_instead_of_sum,
    "grad_accumulated": wrong_loops.grad_accumulated,
    "nothing_moved": wrong_loops.nothing_moved,
    "zeroed_before_step": wrong_loops.zeroed_before_step,
    "stale_gradient": wrong_loops.stale_gradient,
    "off_by_one_step": wrong_loops.off_by_one_step,
    "sequential_update": wrong_loops.sequential_update,
    "parameter_frozen": wrong_loops.parameter_frozen,
    "closed_form": wrong_loops.closed_form,
    "stale_loss": wrong_loops.stale_loss,
    "broadcast": wrong_slopes.broadcast,
    "input_omitted": wrong_slopes.input_omitted,
    "value_not_gradient": wrong_slopes.value_not_gradient,
}
"""An id that is not here is left to what can be told from the right answer alone."""
