"""What goes before any comparison: stopped, missing, raised, forbidden, changed input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradeprop.gradients.comparison.mismatch import WELL_KNOWN
from gradeprop.gradients.comparison.render import render_value, with_article
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.causes import causes_of
from gradeprop.grading.checks.expression import arguments_of, expression, tensors_in
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.known_errors import WELL_KNOWN_ERRORS
from gradeprop.grading.checks.places import Place, places_of
from gradeprop.grading.checks.signs import Sign
from gradeprop.grading.result import words
from gradeprop.session.interface import (
    Argument,
    Ask,
    Bound,
    Call,
    Code,
    Missing,
    Outcome,
    Raised,
    Returned,
    Run,
    Stopped,
)

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
    signs: Sequence[Sign] = (),
) -> Judgement | None:
    """What goes before any comparison: stopped, missing, raised, forbidden, changed input.

    Args:
        signs: by which exceptions the exercise knows its misconceptions.
        lines: how many the student's answer has, where that is known; an error further down is in
            no line of it, whatever it says.
    """
    if isinstance(outcome, Stopped):
        return Judgement(
            outcome.reason, words.stopped(outcome), f"{expression(ask)}: {outcome.message}"
        )
    if isinstance(outcome, Missing):
        return _missing(_named(ask, outcome), outcome, public)
    if isinstance(outcome, Raised):
        return _raised(ask, outcome, public, declared, forbid, lines, signs)
    machinery = _forbidden(ask, outcome, forbid)
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


def _forbidden(ask: Ask, outcome: Returned | Raised, forbid: Sequence[str]) -> str | None:
    """What ran during a call that the part forbids; what the grader's own code uses is not the
    student's doing."""
    if isinstance(ask, Run):
        return None
    return next((machinery for machinery in forbid if machinery in outcome.used), None)


def _named(ask: Ask, outcome: Missing) -> str:
    """Which of the names that were asked about is missing; no other can be."""
    return outcome.name if outcome.name in ask.names else ask.subject


def _missing(name: str, outcome: Missing, public: bool) -> Judgement:
    if outcome.found_type is None:
        if outcome.unkept_by is not None:
            message = (
                f"`{name}` is not defined: a cell that begins with {outcome.unkept_by} keeps "
                "no names. Take that line out."
            )
            detail = f"no name {name!r}, but a cell with {outcome.unkept_by}"
            return Judgement("failed", message, detail, ("missing_name",))
        if outcome.deleted_by is not None:
            message = (
                f"`{name}` is not defined: the last thing that your cells do with it is "
                f"{outcome.deleted_by}. Take that line out, and see that its cell runs to the end."
            )
            detail = f"no name {name!r}, but a cell with {outcome.deleted_by}"
            return Judgement("failed", message, detail, ("missing_name",))
        message = (
            f"`{name}` is not defined. Did its cell run to the end, and is the name spelled so?"
        )
        return Judgement("failed", message, f"no name {name!r}", ("missing_name",))
    found = with_article(outcome.found_type)
    # an earlier question may have left a name made of its input
    known = public or found in WELL_KNOWN
    message = (
        f"`{name}` should be a function, but it is {found if known else 'something else'}."
        " Was the name used again for something else?"
    )
    return Judgement("failed", message, f"{name!r} is a {outcome.found_type}", ("wrong_type",))


def _raised(
    ask: Ask,
    outcome: Raised,
    public: bool,
    declared: Mapping[str, str],
    forbid: Sequence[str],
    lines: int | None,
    signs: Sequence[Sign],
) -> Judgement:
    said = f" in line {outcome.line} of your cell" if outcome.line else ""
    place = said if _can_be_told(outcome.line, public, lines) else ""
    machinery = _forbidden(ask, outcome, forbid)
    # To mend the error would only lead to what is forbidden.
    causes = (words.FORBIDDEN_CAUSE[machinery],) if machinery else causes_of(ask, outcome, signs)
    if outcome.type_name == _NOBODY_ANSWERS:
        message = (
            f"`{expression(ask) if public else ask.subject}` waits for input{place}, but nobody "
            "can answer while a notebook is graded."
        )
    elif public:
        message = f"`{expression(ask)}` raised {outcome.type_name}{place}: {_told(outcome)}"
    else:
        # The text and even the type's name are the student's to choose: they could carry a hidden
        # input.
        shown = outcome.type_name if outcome.type_name in WELL_KNOWN_ERRORS else "an error"
        message = (
            f"`{ask.subject}` raised {shown}{place} on inputs "
            f"that you cannot see. Try it with other values, shapes and dtypes{_and_with(ask)}."
        )
    hint = words.words_for(causes[0], declared) if len(causes) == 1 else None
    if not causes:
        hint = _hint_of(outcome)
    detail = f"{expression(ask)} raised {outcome.type_name}{said}: {outcome.message}"
    places = _told_places(outcome, public, lines)
    known = outcome.type_name if outcome.type_name in WELL_KNOWN_ERRORS else "another error"
    return Judgement("failed", message, detail, causes, hint=hint, places=places, raised=known)


def _told(outcome: Raised) -> str:
    """The exception's own words; of CUDA's the first line, since advice for who runs the program
    follows."""
    is_cudas = outcome.message.startswith("CUDA error")
    return outcome.message.partition("\n")[0] if is_cudas else outcome.message


def _told_places(outcome: Raised, public: bool, lines: int | None) -> tuple[Place, ...]:
    """Of a hidden question no other line than the one that the message names."""
    told = tuple(place for place in places_of(outcome) if _can_be_told(place.line, public, lines))
    return told if public else tuple(item for item in told[-1:] if item.line == outcome.line)


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


def changed_argument(ask: Ask, outcome: Returned) -> tuple[int, Value] | None:
    """The first argument of a call that came back changed, in value or ``.grad``, and may not: its
    number, and what became of it; None if none did."""
    if not isinstance(ask, Call):
        return None
    names = [*range(len(ask.arguments)), *ask.keywords]
    pairs = zip(names, arguments_of(ask), outcome.arguments, strict=False)
    for position, (name, old, new) in enumerate(pairs):
        if name not in ask.may_change and not _same(old, new):
            return position, new
    return None


def _same(old: Argument, new: Value) -> bool:
    """Whether a value came back as it went, at any depth; what is passed by name is not a copy."""
    if isinstance(old, Bound | Code):
        return True
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
