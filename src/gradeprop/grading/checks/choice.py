"""What was chosen of a few options: capitals and blanks do not count; all else is no choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradeprop.course.options import plain
from gradeprop.gradients.comparison.render import render_value
from gradeprop.gradients.values import Value
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.session.interface import Ask, Outcome, Returned

__all__ = ["in_the_options_words", "no_option"]


def in_the_options_words(outcome: Outcome, options: Sequence[str]) -> Outcome:
    """The outcome with an option that was meant, spelled as the exercise spells it."""
    if not isinstance(outcome, Returned):
        return outcome
    return replace(outcome, value=_meant(outcome.value, options))


def no_option(
    ask: Ask, outcome: Outcome, options: Sequence[str], *, public: bool
) -> Judgement | None:
    """The judgement of what is none of the options: nothing is said of what it may mean.

    Args:
        public: whether what was written may be repeated.
    """
    if not options or not isinstance(outcome, Returned) or outcome.value in options:
        return None
    quoted = [f'"{option}"' for option in options]
    listed = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    got = render_value(outcome.value)
    is_text = isinstance(outcome.value, str)
    return Judgement(
        "failed",
        f"{got if public else 'Your answer'} is none of the options: write {listed}"
        f"{'' if is_text else ', in quotes'}.",
        f"{ask.name}: {got} is no option",
        () if is_text else ("wrong_type",),
        asked=ask.name if public else None,
    )


def _meant(value: Value, options: Sequence[str]) -> Value:
    if not isinstance(value, str):
        return value
    return next((option for option in options if plain(option) == plain(value)), value)
