"""What goes before any comparison: stopped, missing, raised, forbidden, changed input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradeprop.gradients.comparison.mismatch import WELL_KNOWN
from gradeprop.gradients.comparison.render import render_value, with_article
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.expression import arguments_of, expression, tensors_in
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.result import words
from gradeprop.session.interface import Ask, Missing, Outcome, Raised, Returned, Stopped

_WELL_KNOWN_ERRORS = frozenset(
    {
        "AssertionError", "AttributeError", "ImportError", "IndexError", "KeyError",
        "ModuleNotFoundError", "NameError", "NotImplementedError", "RecursionError",
        "RuntimeError", "SyntaxError", "TypeError", "UnboundLocalError", "ValueError",
        "ZeroDivisionError",
    }
)  # fmt: skip
"""What an error may be called where the question is hidden: with every name that Python has, the
choice could carry as much as a number does."""

MOST_LINES = 100
"""In a longer answer no line is named where the question is hidden."""
# What input() raises where nobody can answer.
_NOBODY_ANSWERS: Final = "IPython.core.error.StdinNotImplementedError"


def trouble(
    ask: Ask,
    outcome: Outcome,
    public: bool,
    declared: Mapping[str, str],
    forbid: Sequence[str],
    lines: int | None = None,
) -> Judgement | None:
    """What goes before any comparison: stopped, missing, raised, forbidden, changed input.

    Args:
        lines: how many the student's answer has, where that is known; an error further down is in
            no line of it, whatever it says.
    """
    if isinstance(outcome, Stopped):
        return Judgement(
            outcome.reason, words.stopped(outcome), f"{expression(ask)}: {outcome.message}"
        )
    if isinstance(outcome, Missing):
        return _missing(ask, outcome, public)
    if isinstance(outcome, Raised):
        return _raised(ask, outcome, public, declared, forbid, lines)
    machinery = _forbidden(outcome, forbid)
    if machinery is not None:
        cause = words.FORBIDDEN_CAUSE[machinery]
        detail = f"{expression(ask)} used {machinery}"
        hint = words.words_for(cause, declared)
        return Judgement("failed", None, detail, (cause,), hint=hint)
    changed = changed_argument(ask, outcome)
    if changed is not None:
        position, left = changed
        hint = words.words_for("mutates_input", declared)
        detail = f"{expression(ask)}: argument {position} came back as {render_value(left)}"
        return Judgement("failed", None, detail, ("mutates_input",), hint=hint)
    return None


def _forbidden(outcome: Returned | Raised, forbid: Sequence[str]) -> str | None:
    """What ran during the call that the part forbids."""
    return next((machinery for machinery in forbid if machinery in outcome.used), None)


def _missing(ask: Ask, outcome: Missing, public: bool) -> Judgement:
    if outcome.found_type is None:
        if outcome.unkept_by is not None:
            message = (
                f"`{ask.name}` is not defined: a cell that begins with {outcome.unkept_by} keeps "
                "no names. Take that line out."
            )
            detail = f"no name {ask.name!r}, but a cell with {outcome.unkept_by}"
            return Judgement("failed", message, detail, ("missing_name",))
        if outcome.deleted_by is not None:
            message = (
                f"`{ask.name}` is not defined: the last thing that your cells do with it is "
                f"{outcome.deleted_by}. Take that line out, and see that its cell runs to the end."
            )
            detail = f"no name {ask.name!r}, but a cell with {outcome.deleted_by}"
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


def _raised(
    ask: Ask,
    outcome: Raised,
    public: bool,
    declared: Mapping[str, str],
    forbid: Sequence[str],
    lines: int | None,
) -> Judgement:
    said = f" in line {outcome.line} of your cell" if outcome.line else ""
    place = said if _can_be_told(outcome.line, public, lines) else ""
    machinery = _forbidden(outcome, forbid)
    # To mend the error would only lead to what is forbidden.
    cause = words.FORBIDDEN_CAUSE[machinery] if machinery else _cause_of(ask, outcome)
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
        known = outcome.type_name in _WELL_KNOWN_ERRORS
        message = (
            f"`{ask.name}` raised {outcome.type_name if known else 'an error'}{place} on inputs "
            f"that you cannot see. Try it with other values, shapes and dtypes{_and_with(ask)}."
        )
    hint = words.words_for(cause, declared) if cause else _hint_of(outcome)
    detail = f"{expression(ask)} raised {outcome.type_name}{said}: {outcome.message}"
    return Judgement("failed", message, detail, (cause,) if cause else (), hint=hint)


def _can_be_told(line: int | None, public: bool, lines: int | None) -> bool:
    """Whether the student may hear of this line. Code can be compiled so that it stands in any
    line, and a long answer can choose between many that it has: where the question is hidden,
    either would tell of it."""
    if line is None or (lines is not None and line > lines):
        return False
    return public or lines is None or lines <= MOST_LINES


def _and_with(ask: Ask) -> str:
    """What else is worth trying of all that the question has; nothing that a student chooses."""
    given = list(tensors_in(arguments_of(ask)))
    if any(tensor.grad is not None for tensor in given):
        return ", and with tensors that require grad and carry a .grad"
    if any(tensor.requires_grad for tensor in given):
        return ", and with tensors that require grad"
    return ""


def _hint_of(outcome: Raised) -> str | None:
    """What to do about an error that tells no cause."""
    if outcome.type_name in ("TypeError", "AttributeError") and "NoneType" in outcome.message:
        return words.NONE_IN_THE_WAY
    return None


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


def changed_argument(ask: Ask, outcome: Returned) -> tuple[int, Value] | None:
    """The first argument that came back changed, in value or ``.grad``: its number, and what became
    of it; None if none did."""
    for position, (old, new) in enumerate(zip(arguments_of(ask), outcome.arguments, strict=False)):
        if not _same(old, new):
            return position, new
    return None


def _same(old: Value, new: Value) -> bool:
    """Whether a value came back as it went, at any depth."""
    if isinstance(old, TensorState):
        return isinstance(new, TensorState) and _same_tensor(old, new)
    if type(old) is not type(new):
        return False
    if isinstance(old, list | tuple):
        assert isinstance(new, list | tuple)
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, dict):
        assert isinstance(new, dict)
        # With the order of the keys: to move one is a change.
        return list(old) == list(new) and all(_same(item, new[key]) for key, item in old.items())
    return old == new or old != old


def _same_tensor(old: TensorState, new: TensorState) -> bool:
    import torch

    def equal(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
        if a is None or b is None:
            return a is b
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if torch.equal(a, b):
            return True
        same_gaps = torch.equal(a.isnan(), b.isnan())
        return same_gaps and torch.equal(a.nan_to_num(), b.nan_to_num())

    return equal(old.value, new.value) and equal(old.grad, new.grad)
