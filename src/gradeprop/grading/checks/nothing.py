"""Why there is None where a value should be, as far as anybody can tell."""

from __future__ import annotations

from gradeprop.gradients.values import Evidence, TensorState, Value
from gradeprop.grading.result.error_words import NOTHING_RETURNED, WHAT_GIVES_NONE

__all__ = [
    "awaits_backward",
    "is_computed",
    "why_no_grad",
    "why_none",
    "why_nothing_came",
    "why_nothing_returned",
]


def why_none() -> str:
    """Of a name that holds None."""
    return (
        f"{NOTHING_RETURNED}, so bind no name to them: what backward finds is in the .grad of the "
        "tensor that you made with requires_grad=True, once backward has run."
    )


def why_nothing_returned(seen: Evidence, *, item: bool) -> str:
    """Of what a function returned, or of an ``item`` of it."""
    if item or seen.returns:
        what = "It" if item else "What the function returns"
        return f"{what} comes from something that gives nothing. {WHAT_GIVES_NONE}"
    if seen.returns is False:
        return "Is a return missing at the end of the function?"
    return (
        "Is a return missing at the end of the function, or is what stands after it None? "
        f"{WHAT_GIVES_NONE}"
    )


def why_nothing_came(subject: str) -> str:
    """Of what the grader's own code got from ``subject``."""
    return (
        f"That is what came of `{subject}` where the check used it: does a function there end "
        "without a return, or is a .grad None?"
    )


def awaits_backward(owner: Value, seen: Evidence) -> bool:
    """Whether ``owner`` is a leaf that requires grad and that no backward has reached."""
    if not isinstance(owner, TensorState):
        return False
    return owner.is_leaf and owner.requires_grad and seen.reached is False


def is_computed(owner: Value) -> bool:
    """Whether ``owner`` is the result of a computation, of which torch keeps no ``.grad``."""
    return isinstance(owner, TensorState) and not owner.is_leaf


def why_no_grad(owner: TensorState, name: str, seen: Evidence) -> str:
    """Of the ``.grad`` of ``owner``, which the student calls ``name``."""
    if is_computed(owner):
        return (
            f"`{name}` is the result of a computation, and .grad is kept for the tensor that you "
            f"made with requires_grad=True. Make `{name}` itself that way: .double(), .to(...) or "
            "* 1.0 after it would make another tensor."
        )
    if not owner.requires_grad:
        return (
            f"`{name}` does not require a gradient, so that backward leaves none in it: make it "
            "with requires_grad=True."
        )
    if seen.reached is False:
        return (
            f"No backward has reached `{name}`: its .grad stays None until you call backward() on "
            "what was computed from it."
        )
    if seen.reached:
        return (
            f"A backward has reached `{name}`, but its .grad was cleared again, by zero_grad() or "
            "by .grad = None. Leave it there."
        )
    return (
        f"Either no backward has reached `{name}` yet, or its .grad was cleared again, by "
        "zero_grad() or by .grad = None."
    )
