"""What goes before any comparison: stopped, missing, raised, forbidden, changed input."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Final

from gradeprop.gradients.comparison.mismatch import WELL_KNOWN
from gradeprop.gradients.comparison.render import render_value, with_article
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.expression import arguments_of, expression, tensors_in
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.result import words
from gradeprop.session.interface import Ask, Call, Missing, Outcome, Raised, Returned, Stopped

# What input() raises where nobody can answer.
_NOBODY_ANSWERS: Final = "IPython.core.error.StdinNotImplementedError"


def trouble(
    ask: Ask, outcome: Outcome, public: bool, declared: Mapping[str, str], forbid: Sequence[str]
) -> Judgement | None:
    """What goes before any comparison: stopped, missing, raised, forbidden, changed input."""
    if isinstance(outcome, Stopped):
        return Judgement(
            outcome.reason, words.stopped(outcome), f"{expression(ask)}: {outcome.message}"
        )
    if isinstance(outcome, Missing):
        return _missing(ask, outcome, public)
    if isinstance(outcome, Raised):
        return _raised(ask, outcome, public, declared)
    for machinery in forbid:
        if machinery in outcome.used:
            cause = words.FORBIDDEN_CAUSE[machinery]
            detail = f"{expression(ask)} used {machinery}"
            hint = words.words_for(cause, declared)
            return Judgement("failed", None, detail, (cause,), hint=hint)
    if isinstance(ask, Call) and (changed := _changed(ask, outcome)) is not None:
        hint = words.words_for("mutates_input", declared)
        detail = f"{expression(ask)}: {changed}"
        return Judgement("failed", None, detail, ("mutates_input",), hint=hint)
    return None


def _missing(ask: Ask, outcome: Missing, public: bool) -> Judgement:
    if outcome.found_type is None:
        if outcome.unkept_by is not None:
            message = (
                f"`{ask.name}` is not defined: a cell that begins with {outcome.unkept_by} keeps "
                "no names. Take that line out."
            )
            detail = f"no name {ask.name!r}, but a cell with {outcome.unkept_by}"
            return Judgement("failed", message, detail, ("missing_name",))
        message = (
            f"`{ask.name}` is not defined. Did its cell run to the end, and is the name spelled so?"
        )
        return Judgement("failed", message, f"no name {ask.name!r}", ("missing_name",))
    found = with_article(outcome.found_type)
    # an earlier question may have left a name made of its input
    known = public or found in WELL_KNOWN
    message = (
        f"`{ask.name}` should be a function, but it is {found if known else 'something else'}."
        " Was the name used again for something else?"
    )
    return Judgement("failed", message, f"{ask.name!r} is a {outcome.found_type}", ("wrong_type",))


def _raised(ask: Ask, outcome: Raised, public: bool, declared: Mapping[str, str]) -> Judgement:
    place = f" in line {outcome.line} of your cell" if outcome.line else ""
    cause = _cause_of(ask, outcome)
    if outcome.type_name == _NOBODY_ANSWERS:
        message = (
            f"`{expression(ask) if public else ask.name}` waits for input{place}, but nobody can "
            "answer while a notebook is graded."
        )
    elif public:
        message = f"`{expression(ask)}` raised {outcome.type_name}{place}: {outcome.message}"
    else:
        # The text and even the type's name are the student's to choose: they could carry a hidden
        # input.
        known = isinstance(getattr(builtins, outcome.type_name, None), type)
        message = (
            f"`{ask.name}` raised {outcome.type_name if known else 'an error'}{place} on inputs "
            "that you cannot see. Try it with other values, shapes and dtypes."
        )
    hint = words.words_for(cause, declared) if cause else None
    detail = f"{expression(ask)} raised {outcome.type_name}{place}: {outcome.message}"
    return Judgement("failed", message, detail, (cause,) if cause else (), hint=hint)


def _cause_of(ask: Ask, outcome: Raised) -> str | None:
    """The cause that torch's own words for an error tell, if any."""
    if outcome.type_name == "RuntimeError" and "does not require grad" in outcome.message:
        return "detached"
    if any(tensor.device != "cpu" for tensor in tensors_in(arguments_of(ask))):
        apart = outcome.type_name == "RuntimeError" and "on the same device" in outcome.message
        # Tensor.numpy(), or a numpy function applied to a tensor.
        to_numpy = (
            outcome.type_name == "TypeError" and "device type tensor to numpy" in outcome.message
        )
        if apart or to_numpy:
            return "wrong_device"
    return None


def _changed(ask: Call, outcome: Returned) -> str | None:
    """Which argument came back changed, in value or ``.grad``; None if none did."""
    for position, (old, new) in enumerate(zip(arguments_of(ask), outcome.arguments, strict=False)):
        if isinstance(old, TensorState) and (
            not isinstance(new, TensorState) or not _same(old, new)
        ):
            return f"argument {position} came back as {render_value(new)}"
    return None


def _same(old: TensorState, new: TensorState) -> bool:
    import torch

    def equal(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
        if a is None or b is None:
            return a is b
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return torch.equal(a, b) or torch.equal(a.nan_to_num(), b.nan_to_num())

    return equal(old.value, new.value) and equal(old.grad, new.grad)
