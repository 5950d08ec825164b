"""Who is in the bundled class: how each of its thirty students works, and what they tend to get
wrong."""

from __future__ import annotations

from dataclasses import dataclass

TENDENCIES: dict[str, tuple[str, ...]] = {
    "averages": (
        *("sum_instead_of_mean", "mean_instead_of_sum", "mean_of_means", "divided_by_batches"),
        *("means_added_up", "divided_by_all", "divided_by_examples", "bias_averaged"),
        *("mean_over_windows", "averaged_gradient", "batch_mean"),
    ),
    "clearing": (
        *("grad_accumulated", "leftover_gradient", "zeroed_before_step", "zeroed_per_epoch"),
        *("d_not_cleared", "second_backward", "backward_twice", "old_gradient_kept"),
        *("handed_on_again",),
    ),
    "counting": (
        *("off_by_one_step", "one_step_only", "one_step_per_epoch", "step_count_stuck"),
        *("scheduler_first", "scheduled_per_batch", "scheduled_once", "last_only"),
    ),
    "cutting": (
        *("data_cut", "penalty_cut", "hidden_by_data", "scaled_by_data", "loss_marked", "cut_off"),
        *("not_recorded", "walk_not_recorded", "detached_factor", "fake_not_detached"),
        *("target_not_detached", "plain_tensor", "update_recorded"),
    ),
    "factors": (
        *("missing_factor_two", "missing_factor_three", "missing_half", "doubled", "half_width"),
        *("penalty_not_halved", "hessian_halved", "square_without_two", "not_divided_by_step"),
    ),
    "shapes": (
        *("transposed", "axes_swapped", "summed_over_inputs", "broadcast", "rows_piled_up"),
        *("not_summed", "bias_not_summed", "diagonal_only", "items_swapped"),
        *("softmax_over_examples", "axis_lost"),
    ),
    "shortcuts": (
        *("used_autograd", "used_optimizer", "closed_form", "copied_from_text", "norm_only"),
        *("wrong_function",),
    ),
    "signs": (
        *("sign_flipped", "ascent", "inverted_move", "sign_kept", "sign_ignored"),
        *("gradient_turned_around", "weights_grown", "wrong_side_detached"),
    ),
    "stale": (
        *("stale_loss", "stale_gradient", "sequential_update", "stale_optimizer", "state_lost"),
        *("state_reset", "old_velocity", "best_is_alias", "one_sided_difference", "frozen_late"),
    ),
    "upstream": (
        *("upstream_ignored", "upstream_alone", "upstream_of_ones", "wrong_upstream"),
        *("input_omitted", "overwritten", "one_way_only", "outer_only", "mask_omitted"),
        *("slope_not_multiplied", "value_not_gradient"),
    ),
}
"""Mistakes that belong together: who makes one makes others of the same row."""


@dataclass(frozen=True)
class Profile:
    """How often something happens, as a share of the parts of an exercise of usual difficulty: a
    known mistake; a wrong answer that no sample shows; a part not finished; a cell that ends in an
    error. ``explanations``: how often they are good, weak and wrong."""

    mistakes: float = 0.0
    slips: float = 0.0
    unfinished: float = 0.0
    errors: float = 0.0
    explanations: tuple[float, float, float] = (1.0, 0.0, 0.0)


PERFECT = Profile()
STRONG = Profile(mistakes=0.08, slips=0.04, explanations=(0.8, 0.2, 0.0))
TYPICAL = Profile(
    mistakes=0.22, slips=0.07, unfinished=0.03, errors=0.01, explanations=(0.5, 0.35, 0.15)
)
STRUGGLING = Profile(
    mistakes=0.42, slips=0.12, unfinished=0.2, errors=0.06, explanations=(0.15, 0.45, 0.4)
)


@dataclass(frozen=True)
class Student:
    """``until``: the number of the last assignment handed in; ``missed``: those before it that were
    not."""

    name: str
    profile: Profile
    tendencies: tuple[str, ...] = ()
    until: int = 11
    missed: tuple[int, ...] = ()

    def hands_in(self, number: int) -> bool:
        """Whether there is a file for the course's assignment of this number, from 1."""
        return number <= self.until and number not in self.missed


STUDENTS = (
    Student("ada", PERFECT),
    Student("alan", TYPICAL, ("clearing", "factors")),
    Student("barbara", STRONG, ("shapes",)),
    Student("blaise", TYPICAL, ("signs", "averages"), missed=(9,)),
    Student("carl", PERFECT),
    Student("dorothy", TYPICAL, ("averages", "counting")),
    Student("edsger", TYPICAL, ("shortcuts",), missed=(6,)),
    Student("emmy", TYPICAL, ("signs", "counting", "shortcuts")),
    Student("fei", STRONG, ("cutting",)),
    Student("grace", TYPICAL, ("stale", "clearing", "averages")),
    Student("hedy", TYPICAL, ("stale", "shortcuts")),
    Student("henri", STRUGGLING, ("upstream", "signs"), until=9),
    Student("ida", TYPICAL, ("factors", "averages")),
    Student("joan", TYPICAL, ("counting", "clearing")),
    Student("katherine", PERFECT),
    Student("kurt", TYPICAL, ("cutting", "shapes"), missed=(10,)),
    Student("lise", STRONG, ("clearing",)),
    Student("maria", TYPICAL, ("cutting", "upstream")),
    Student("max", STRUGGLING, ("factors", "shapes", "clearing"), until=8),
    Student("niels", TYPICAL, ("upstream", "factors"), missed=(3, 7)),
    Student("nina", PERFECT),
    Student("olga", TYPICAL, ("clearing", "averages")),
    Student("paul", STRUGGLING, ("cutting", "counting"), until=6),
    Student("radia", STRONG, ("upstream",)),
    Student("richard", STRUGGLING, ("stale", "averages"), until=5),
    Student("rosalind", TYPICAL, ("shapes", "cutting")),
    Student("sofia", TYPICAL, ("clearing", "averages")),
    Student("tom", TYPICAL, ("factors", "signs")),
    Student("vera", STRUGGLING, ("signs", "clearing"), missed=(10,)),
    Student("wilma", STRUGGLING, ("shortcuts", "upstream"), until=10, missed=(8,)),
)
