"""Write docs/reference/mistakes.md: which problem knows which mistake by its id, found by asking
one of each kind, and what students read of the causes that the engine finds by itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from gradeprop.course.known_ids import CAUSES, MISTAKES
from gradeprop.gradients import HVP, Descent, Field, Fixed, Gradient, Hessian, Jacobian, Optimizer
from gradeprop.gradients.problems.problem import Problem
from gradeprop.grading.result import words

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "mistakes.md"

MEANINGS: Mapping[str, str] = {
    "ascent": "stepped up the slope",
    "axes_swapped": "the two items, or the two axes, are each other's",
    "broadcast": "(N, 1) minus (N,): every prediction against every target",
    "closed_form": "the end of the way instead of the steps asked for",
    "default_lr": "the optimizer's own step size, not the one given",
    "diagonal_only": "nothing off the diagonal",
    "doubled": "twice the right answer",
    "grad_accumulated": "gradients never cleared; of one gradient, twice the right one",
    "gradient_not_hessian": "the first derivative in place of the second",
    "input_omitted": "∂L/∂ŷ in place of ∂L/∂w: the input left out",
    "mean_instead_of_sum": "divided by a number of elements",
    "missing_factor_two": "half of the right answer",
    "missing_half": "twice the right answer: a ½ left out",
    "not_divided_by_step": "a difference, not divided by h",
    "nothing_moved": "the start came back",
    "off_by_one_step": "one step more, or one less",
    "one_sided_difference": "a difference to one side, for any everyday h",
    "option_left_out": "one of the optimizer's options left at its default",
    "parameter_frozen": "one parameter never moved",
    "plain_descent": "steps of plain gradient descent",
    "sequential_update": "a parameter updated with the others' new values",
    "sign_flipped": "the other sign",
    "stale_gradient": "one gradient, taken before the loop, for all steps",
    "stale_loss": "the loss before the step",
    "state_lost": "a new optimizer in each step",
    "sum_instead_of_mean": "times a number of elements",
    "summed_over_inputs": "a row's sum",
    "summed_over_outputs": "a column's sum: the gradient of the sum",
    "transposed": "rows and columns exchanged",
    "triangle_only": "only the upper, or only the lower, triangle",
    "upstream_ignored": "the gradient from above left out",
    "value_not_gradient": "the function's value",
    "vector_ignored": "the vector of ones in place of v",
    "wrong_step_size": "an everyday multiple of the step size",
    "zeroed_before_step": "gradients cleared between backward and the step",
}

_MADE = """\
# Mistakes and causes by id

Made by `python scripts/mistakes_page.py`; a test says when that is due again.

## What each problem knows

A misconception with one of these ids, and no pattern of its own, is tried in every variant that the problem knows,
and by its sample. `●` says which problem knows it. A `pattern: {mistake: …}` gives it to another id. A mistake that
an author's own subclass of `Problem` knows is tried likewise.

Of `Fixed`, these are tried where it stands for a `.grad`, and else only where a misconception's `checks` name the check.

In `mistakes={…}` and `wrong={…}` of a grader a **list** holds several variants of one mistake, and a **tuple** is one
answer of several items: `{"off_by_one_step": [a, b]}` are two ways to be wrong, `{"off_by_one_step": (a, b)}` is one
wrong pair. An empty list says that the mistake means nothing there, so that it is not tried by its sample either.
"""  # noqa: E501 - a page


def problems() -> dict[str, Problem]:
    """One of each kind, on inputs on which its mistakes mean something."""
    torch.manual_seed(5)
    square = torch.tensor([[1.0, 2.0], [0.5, -1.5]], dtype=torch.float64)
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    line = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)

    def bowl(at: torch.Tensor) -> torch.Tensor:
        return at[0] ** 3 + at[0] * at[1] ** 2

    return {
        "Gradient": Gradient(lambda w: w**3, at=square, upstream=1 + square**2),
        "Jacobian": Jacobian(lambda at: torch.stack([at[0] ** 2 * at[1], 3 * at[0]]), at=x),
        "Hessian": Hessian(bowl, at=x),
        "HVP": HVP(bowl, at=x, v=torch.tensor([2.0, -1.0], dtype=torch.float64)),
        "Descent": Descent(
            lambda params, given: params[0] * given + params[1],
            line,
            3 * line - 1,
            [torch.zeros((), dtype=torch.float64) for _ in range(2)],
            lr=0.03,
            steps=3,
            returns=lambda params, loss: (*params, loss(params)),
        ),
        "Optimizer": Optimizer(
            torch.optim.SGD,
            lambda params: (params[0] ** 2).sum() + params[1] ** 2,
            [x, torch.tensor(1.0, dtype=torch.float64)],
            lr=0.1,
            steps=3,
            momentum=0.9,
        ),
        "Field": Field(torch.arange(12.0, dtype=torch.float64).reshape(3, 4) ** 2, 0.5),
        "Fixed": Fixed((square, square * 2)),
    }


def page() -> str:
    """The page's text."""
    kinds = problems()
    lines = [_MADE, f"| id | what it is | {' | '.join(kinds)} |", f"|---|---|{':-:|' * len(kinds)}"]
    for name in MISTAKES:
        known = ("●" if problem.mistake(name) else "" for problem in kinds.values())
        lines.append(f"| `{name}` | {MEANINGS[name]} | {' | '.join(known)} |")
    lines += ["", "## What the engine finds by itself", ""]
    lines.append(
        "No exercise declares these. With `engine:` one gets an exercise's own id and words."
    )
    lines += ["", "| id | what a student reads |", "|---|---|"]
    lines += [f"| `{name}` | {_told(name)} |" for name in CAUSES]
    return "\n".join(lines) + "\n"


def _told(cause: str) -> str:
    text = words.ENGINE_WORDS.get(cause) or "*what is wrong with the value itself*"
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
