"""What students read for the causes that the engine knows by itself, and for what stopped a
session."""

from __future__ import annotations

from collections.abc import Mapping

from gradeprop.grading.result.error_words import ERROR_WORDS
from gradeprop.session.interface import Stopped

NOT_BEGUN = "Nothing has been written here yet: the cell is as it was released."
"""Said of an answer that is still the starter; no cause is looked for then."""

NOTHING_ASSIGNED = "Nothing has been assigned here yet."
"""Said of a name that is still None beside others that are not."""

TAKEN_OUT = "This check was taken out"
"""How the message of a voided check begins."""

ALL_TAKEN_OUT = "All checks of this part were taken out."
NO_CELL = "The cell for this part is missing from the notebook."

ENGINE_WORDS: Mapping[str, str] = {
    **ERROR_WORDS,
    "hard_coded": (
        "The result is the same whatever the input is. Compute it from the function's arguments, "
        "and not from numbers that are written in or from names outside of it."
    ),
    "detached": (
        "The graph is cut: what backward() was called on does not lead back to the input. Look "
        "for .detach(), .item(), .data or torch.no_grad() on the way, for a tensor without "
        "requires_grad=True (of one that you are given, x.detach().clone().requires_grad_() is a "
        "copy of your own that has it), and for a name that is bound anew inside torch.no_grad(): "
        "a = a - ... makes another tensor, which requires no gradient; a -= ... changes the one "
        "that you have."
    ),
    "mutates_input": (
        "The function changed what was passed in: a tensor's values or its .grad, or a list or "
        "dict of them. Work on copies: x.detach().clone() of a tensor."
    ),
    "wrong_device": (
        "Tensors of one calculation live on different devices. The input may be on a GPU: make"
        " new tensors like it, torch.zeros(1, dtype=x.dtype, device=x.device) or"
        " torch.zeros_like(x), and return the answer where the input is."
    ),
    "used_autograd": "This part is to be done by hand, but autograd was used inside the function.",
    "used_optimizer": "This part is to be done without torch.optim, but an optimizer made a step.",
}

NONE_IN_THE_WAY = ERROR_WORDS["none_used"]
"""Said of an error that speaks of None."""

FORBIDDEN_CAUSE: Mapping[str, str] = {"autograd": "used_autograd", "optimizer": "used_optimizer"}
"""What a part forbids, and the misconception that using it shows."""


_LONGEST = 2_000


def message(asked: str | None, report: str | None, hint: str | None) -> str | None:
    """What a student reads of a check, in one piece: the question, what came of it, the cause."""
    first = f"`{asked}`: {report}" if asked and report else report
    # An error's own text mostly has no full stop.
    if first and hint and (first[-1].isalnum() or first[-1] in "'\")]`"):
        first += "."
    return " ".join(filter(None, (first, hint))) or None


def words_for(cause: str, declared: Mapping[str, str]) -> str:
    """The exercise's own words for a cause, else the engine's, else the id in plain letters."""
    return declared.get(cause) or ENGINE_WORDS.get(cause) or cause.replace("_", " ")


def stopped(outcome: Stopped) -> str:
    """A sentence for a student whose code was stopped."""
    if outcome.reason == "killed":
        # Not how: the exit code is the student's to choose and could carry a hidden input.
        return "Your code ended the whole Python process (a crash or an exit call)."
    return sentence(outcome.message)


def shortened(text: str) -> str:
    """A student's own text, no longer than anybody reads."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def sentence(text: str) -> str:
    """``text`` with a capital letter and a full stop, where it has none."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('?', '.', '!')) else '.'}"
