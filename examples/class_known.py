"""What is fixed of the bundled class: the work of twelve students that tests and documentation
quote, and the odd hand-ins of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from class_files import (
    File,
    empty,
    not_a_notebook,
    saved_by_colab,
    web_page,
    with_names_used_again,
    without_cell,
)

from gradeprop.course.keys import PartKey

SLOPES, FIELDS, DESCENT, EXPLAIN = "a01_slopes", "a03_fields", "a04_descent", "a11_explain"
STEP = PartKey("neuron_step", "code")
SOLVE = PartKey("solve_x_plus_1", "code")
FIT = PartKey("fit_line", "code")
BY_HAND = PartKey("square_derivative", "by_hand")
AUTOGRAD = PartKey("square_derivative", "autograd")
MOMENTUM = PartKey("momentum", "code")
CUBE = PartKey("cube_function", "code")
COMMIT = PartKey("explain_sign", "commit")
WHY = PartKey("explain_sign", "why")

ENDLESS = """\
def solve(x0, lr, steps):
    x = x0
    done = 0
    while done < steps:  # nothing ever counts the steps
        x = x + lr * (3 - (x + 1))
    return x

answer = solve(0.0, 0.1, 10)
"""
CRASH = """\
import os

def fit_line(x, y, lr, steps):
    os.abort()  # what a bug in a compiled library looks like
"""
ENDLESS_MOMENTUM = """\
def momentum(w, slope, lr, mu, steps):
    v = torch.zeros_like(w)
    while steps > 0:  # it is never counted down
        v = mu * v + slope(w)
        w = w - lr * v
    return w
"""
CRASH_OF_CUBE = """\
import os

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        os.abort()
"""
ERROR = """\
def solve(x0, lr, steps):
    x = torch.tensor(float(x0), requires_grad=True)
    for _ in range(steps):
        loss = 0.5 * (3 - (x + 1)) ** 2
        loss.backward()
        x -= lr * x.grad  # in place on a leaf, outside torch.no_grad()
    return x.item()
"""
NOISY = """\
import warnings

def solve(x0, lr, steps):
    warnings.warn("starting from " + str(x0))
    x = torch.tensor([float(x0)], requires_grad=True)
    for step in range(steps):
        loss = (0.5 * (3 - (x + 1)) ** 2).sum()
        loss.backward()
        loss.grad  # harmless, but torch warns about it on stderr
        with torch.no_grad():
            x -= lr * x.grad
        x.grad = None
        if step % 10 == 0:
            print("step", step, "x =", x.item())
    return x.item()
"""
ESSAY = (
    "The slope of L at w is -5, so when w grows by a little, L falls by about five times as much. "
    "To lower L I increase w, against the sign of the slope. That holds only near this w."
)
WRONG_ESSAY = "The gradient is negative, so w is too big and has to go down."


@dataclass(frozen=True)
class Work:
    """A hand-in that is not drawn: the course's solutions, but for the mistakes whose samples stand
    in some parts and the text in others; or nothing at all if ``blank``."""

    mistakes: Mapping[PartKey, str] = field(default_factory=dict)
    text: Mapping[PartKey, str] = field(default_factory=dict)
    blank: bool = False


KNOWN: Mapping[str, Mapping[str, Work]] = {
    "ada": {SLOPES: Work(), DESCENT: Work(), EXPLAIN: Work(text={WHY: ESSAY})},
    "alan": {
        SLOPES: Work(mistakes={BY_HAND: "missing_factor_two", AUTOGRAD: "grad_accumulated"}),
        DESCENT: Work(mistakes={FIT: "grad_accumulated"}),
        EXPLAIN: Work(mistakes={COMMIT: "inverted_move"}, text={WHY: WRONG_ESSAY}),
    },
    "emmy": {
        SLOPES: Work(mistakes={BY_HAND: "used_autograd"}),
        DESCENT: Work(mistakes={STEP: "ascent", SOLVE: "off_by_one_step"}),
        EXPLAIN: Work(text={WHY: ESSAY}),
    },
    "grace": {
        SLOPES: Work(mistakes={BY_HAND: "value_not_gradient"}),
        DESCENT: Work(
            mistakes={STEP: "stale_loss", SOLVE: "grad_accumulated", FIT: "sum_instead_of_mean"}
        ),
        EXPLAIN: Work(blank=True),
    },
    "hedy": {DESCENT: Work(mistakes={STEP: "copied_from_text", FIT: "sequential_update"})},
    "joan": {DESCENT: Work(text={SOLVE: ENDLESS})},
    "kurt": {DESCENT: Work(text={FIT: CRASH})},
    "maria": {DESCENT: Work(text={SOLVE: ERROR})},
    "nina": {DESCENT: Work(text={SOLVE: NOISY})},
    "paul": {DESCENT: Work(blank=True)},
    "richard": {FIELDS: Work(blank=True)},
    "sofia": {DESCENT: Work(mistakes={FIT: "grad_accumulated"})},
    "tom": {DESCENT: Work()},
}
"""By student and assignment, what is not drawn."""

TEXTS: Mapping[tuple[str, str], Mapping[PartKey, str]] = MappingProxyType(
    {
        ("henri", "a06_optimizers"): {MOMENTUM: ENDLESS_MOMENTUM},
        ("rosalind", "a08_graph_control"): {CUBE: CRASH_OF_CUBE},
    }
)
"""By student and assignment, what stands in some parts of drawn work."""

FILES: Mapping[tuple[str, str], File] = MappingProxyType(
    {
        ("tom", DESCENT): not_a_notebook,
        ("niels", "a08_graph_control"): web_page,
        ("ida", "a06_optimizers"): empty,
        ("dorothy", "a02_autograd"): without_cell("vjp_weights-code"),
        ("kurt", "a05_backprop"): without_cell("linear_backward-code-check"),
        ("katherine", "a02_autograd"): with_names_used_again("x", "y", "z", "w", "loss", "grad"),
        ("olga", "a07_modules"): with_names_used_again("model", "loss", "optimizer"),
    }
)
"""By student and assignment, what befell the file."""

ALWAYS: Mapping[str, File] = MappingProxyType({"sofia": saved_by_colab})
"""By student, what befalls all their files."""
