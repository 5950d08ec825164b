"""What exceptions tell of the mistake that led to them."""

from __future__ import annotations

from collections.abc import Sequence

from gradeprop.gradients.diagnosis.diagnose import Diagnosis
from gradeprop.grading.checks.expression import arguments_of, tensors_in
from gradeprop.grading.checks.known_errors import cause_of_error
from gradeprop.grading.checks.signs import Sign, by_error
from gradeprop.session.interface import Ask, Outcome, Raised

__all__ = ["causes_of", "causes_of_all", "only"]


def causes_of(ask: Ask, outcome: Raised, signs: Sequence[Sign]) -> tuple[str, ...]:
    """What the exercise knows by this exception, else the cause that torch's own words for it
    tell, if any."""
    own = by_error(signs, outcome)
    if own:
        return own
    cause = cause_of_error(outcome.type_name, outcome.message)
    if cause == "devices_differ" and _asks_on_gpu(ask):
        return ("wrong_device",)
    return (cause,) if cause else ()


def _asks_on_gpu(ask: Ask) -> bool:
    """Whether the function was given something that lives elsewhere than what it makes."""
    return any(tensor.device != "cpu" for tensor in tensors_in(arguments_of(ask)))


def causes_of_all(asked: Sequence[tuple[Ask, Outcome]], signs: Sequence[Sign]) -> tuple[str, ...]:
    """What all that is wrong tells, if it is exceptions and they agree."""
    told: list[tuple[str, ...]] = []
    for ask, outcome in asked:
        if not isinstance(outcome, Raised):
            return ()
        told.append(causes_of(ask, outcome, signs))
    return told[0] if len(set(told)) == 1 else ()


def only(found: Sequence[str]) -> Diagnosis:
    """The one cause named, or several that cannot be told apart."""
    causes = tuple(dict.fromkeys(found))
    return Diagnosis(causes[0] if len(causes) == 1 else None, causes)
