"""By what else than a value an exercise knows its misconceptions: an exception, a flag, a cause of
the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.flags import Flag
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.raising import is_of_type
from gradeprop.session.interface import Raised

__all__ = ["Sign", "by_error", "by_flags", "from_dict", "renamed", "to_dict"]


@dataclass(frozen=True)
class Sign:
    """One misconception's sign, where a check looks for it.

    Attributes:
        cause: the misconception's id.
        error: type and text of the exception that it leads to; the text may be empty.
        flags: what a tensor with the right values is then: ``(("is_leaf", False),)``.
        engine: id of the engine's cause that it stands for.
    """

    cause: str
    error: tuple[str, str] | None = None
    flags: tuple[tuple[str, bool], ...] = ()
    engine: str | None = None


def by_error(signs: Sequence[Sign], raised: Raised) -> tuple[str, ...]:
    """The misconceptions that lead to this exception."""
    found = [sign.cause for sign in signs if sign.error and _is_error(raised, *sign.error)]
    return tuple(dict.fromkeys(found))


def by_flags(signs: Sequence[Sign], wrong: Sequence[tuple[Flag, Value]]) -> tuple[str, ...]:
    """The misconceptions that explain all the flags that are wrong of tensors that are right."""
    found = [
        sign.cause
        for sign in signs
        if sign.flags and all(_has_flags(value, flag, sign) for flag, value in wrong)
    ]
    return tuple(dict.fromkeys(found)) if wrong else ()


def renamed(
    judgement: Judgement, signs: Sequence[Sign], declared: Mapping[str, str], *, public: bool
) -> Judgement:
    """The judgement with the exercise's own id and words in place of the engine's."""
    own = {sign.engine: sign.cause for sign in signs if sign.engine}
    if not any(cause in own for cause in judgement.misconceptions):
        return judgement
    causes = tuple(own.get(cause, cause) for cause in judgement.misconceptions)
    if len(causes) > 1:
        return replace(judgement, misconceptions=causes)
    said = declared.get(causes[0])
    # An exercise's own words say it best; before them only numbers, where those are public.
    report = judgement.report if public or said is None else None
    return replace(judgement, misconceptions=causes, report=report, hint=said or judgement.hint)


def to_dict(sign: Sign) -> dict[str, Any]:
    """JSON, without what is not given; `from_dict` reads it."""
    return {
        "cause": sign.cause,
        **({"error": list(sign.error)} if sign.error else {}),
        **({"flags": dict(sign.flags)} if sign.flags else {}),
        **({"engine": sign.engine} if sign.engine else {}),
    }


def from_dict(data: Mapping[str, Any]) -> Sign:
    error = data.get("error")
    return Sign(
        data["cause"],
        None if error is None else (error[0], error[1]),
        tuple(data.get("flags", {}).items()),
        data.get("engine"),
    )


def _is_error(raised: Raised, type_name: str, text: str) -> bool:
    return is_of_type(raised, type_name) and text.casefold() in raised.message.casefold()


def _has_flags(value: Value, flag: Flag, sign: Sign) -> bool:
    """Whether the tensor is as the sign says, in what is wrong of it among others."""
    if not isinstance(value, TensorState):
        return False
    named = any(attribute == flag.attribute for attribute, _ in sign.flags)
    return named and all(getattr(value, attribute) is state for attribute, state in sign.flags)
