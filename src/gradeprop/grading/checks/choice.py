"""What was chosen of a few options, or predicted within a range: capitals, blanks and an order do
not count; all else is no choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradeprop.course.options import Allowed, joined
from gradeprop.gradients.comparison.compare import as_value
from gradeprop.gradients.comparison.render import is_placeholder, render_value
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.session.interface import Ask, Outcome, Returned

__all__ = ["as_meant", "in_the_options_words", "no_option", "options_joined", "uncommitted"]


def in_the_options_words(outcome: Outcome, allowed: Allowed | None) -> Outcome:
    """The outcome with options that were meant, spelled as the exercise spells them; several of
    them as one word."""
    if allowed is None or not allowed.words or not isinstance(outcome, Returned):
        return outcome
    chosen = _chosen(outcome.value, allowed)
    if chosen is None:
        return outcome
    word = joined(chosen, allowed.words) if allowed.several else chosen[0]
    return replace(outcome, value=word)


def _snapped(
    script: Script, outcomes: Sequence[Outcome], allowed: Mapping[str, Allowed]
) -> list[Outcome]:
    """The outcomes with the right number in place of one that is near enough to it."""
    outcomes = list(outcomes)
    for probe in script.probes:
        found = allowed.get(script.asks[probe.handle.ask].name)
        outcome = outcomes[probe.handle.ask]
        if found is None or not isinstance(outcome, Returned) or probe.handle.path:
            continue
        number, right = _number(outcome.value), _number(as_value(probe.answer))
        if number is not None and right is not None and found.admits(number, right):
            outcomes[probe.handle.ask] = replace(outcome, value=as_value(probe.answer))
    return outcomes


def options_joined(script: Script, allowed: Mapping[str, Allowed]) -> Script:
    """The script with what is expected of several options as one word, too."""
    if not any(item.several for item in allowed.values()):
        return script
    return replace(script, probes=tuple(_joined(probe, script, allowed) for probe in script.probes))


def as_meant(
    script: Script, outcomes: Sequence[Outcome], allowed: Mapping[str, Allowed]
) -> tuple[Script, list[Outcome]]:
    """Script and outcomes in the exercise's words, where a choice or a prediction was asked for."""
    script = options_joined(script, allowed)
    meant = [
        in_the_options_words(outcome, allowed.get(ask.name))
        for ask, outcome in zip(script.asks, outcomes, strict=True)
    ]
    return script, _snapped(script, meant, allowed)


def no_option(
    script: Script, outcomes: Sequence[Outcome], allowed: Mapping[str, Allowed], *, public: bool
) -> Judgement | None:
    """The judgement of what is none of the options: nothing is said of what it may mean.

    Args:
        public: whether what was written may be repeated.
    """
    for ask, outcome in zip(script.asks, outcomes, strict=True):
        found = _no_option(ask, outcome, allowed.get(ask.name), public=public)
        if found is not None:
            return found
    return None


def uncommitted(outcomes: Sequence[Outcome], allowed: Mapping[str, Allowed]) -> bool:
    """Whether a choice or prediction is still None or ``...`` throughout, as it is released. A None
    that is one of the options has been chosen."""
    chosen = any(item.takes_none for item in allowed.values())
    return bool(allowed) and all(
        isinstance(item, Returned)
        and (is_placeholder(item.value) or (item.value is None and not chosen))
        for item in outcomes
    )


def _no_option(
    ask: Ask, outcome: Outcome, allowed: Allowed | None, *, public: bool
) -> Judgement | None:
    if allowed is None or not isinstance(outcome, Returned):
        return None
    if not allowed.words:
        return _unassigned(ask) if public and outcome.value is None else None
    chosen = _chosen(outcome.value, allowed)
    if chosen is not None and set(chosen) <= set(allowed.words):
        return None
    got = render_value(outcome.value)
    said = got if public else "Your answer"
    quoted = [f'"{option}"' for option in allowed.words]
    if allowed.several:
        report = (
            f"{said} is no list of the options: choose from {', '.join(quoted)}, and write them "
            "in quotes, with commas between them, in square brackets."
        )
    else:
        listed = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        in_quotes = "" if chosen else ", in quotes"
        report = f"{said} is none of the options: write {listed}{in_quotes}."
    return Judgement(
        "failed",
        report,
        f"{ask.name}: {got} is no option",
        ("wrong_type",) if chosen is None else (),
        asked=ask.name if public else None,
    )


def _unassigned(ask: Ask) -> Judgement:
    """Of a number that is to be foreseen and still None, as it was released."""
    detail = f"{ask.name} is None"
    report = "Nothing is assigned to it yet."
    return Judgement("failed", report, detail, ("wrong_type",), asked=ask.name)


def _chosen(value: Value, allowed: Allowed) -> list[str] | None:
    """The words that were chosen, as the exercise spells them; None for what is not made of
    words."""
    if isinstance(value, str):
        return [allowed.meant(value)]
    if value is None and allowed.takes_none:
        return [allowed.meant("None")]
    if not allowed.several or not isinstance(value, list | tuple | set | frozenset):
        return None
    words = [allowed.meant(item) for item in value if isinstance(item, str)]
    return words if len(words) == len(value) else None


def _joined(probe: Probe, script: Script, allowed: Mapping[str, Allowed]) -> Probe:
    found = allowed.get(script.asks[probe.handle.ask].name)
    if found is None or not found.several:
        return probe

    def as_word(answer: Any) -> Any:
        return answer if isinstance(answer, str) else joined(map(found.meant, answer), found.words)

    wrong = {name: [as_word(item) for item in items] for name, items in probe.alternatives.items()}
    return replace(probe, answer=as_word(probe.answer), alternatives=wrong)


def _number(value: object) -> float | None:
    """A number, or the one number of a tensor."""
    if isinstance(value, TensorState):
        tensor = value.value
        real = tensor.numel() == 1 and not tensor.is_complex() and str(tensor.dtype) != "torch.bool"
        return float(tensor.reshape(-1)[0]) if real else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
