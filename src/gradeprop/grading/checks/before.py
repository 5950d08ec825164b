"""What goes before any comparison of values, over all that a check asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradeprop.course.options import Allowed
from gradeprop.grading.checks.choice import no_option
from gradeprop.grading.checks.expected import Raising
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.trouble import trouble
from gradeprop.session.interface import Outcome, Raised, Returned

__all__ = ["before_values"]


def before_values(
    script: Script,
    outcomes: Sequence[Outcome],
    public: bool,
    declared: Mapping[str, str],
    forbid: Sequence[str],
    allowed: Mapping[str, Allowed],
    lines: int | None,
    by_sample: Sequence[str],
) -> Judgement | None:
    """What goes before any comparison, where there is something."""
    may_raise = {probe.handle.ask for probe in script.probes if isinstance(probe.expected, Raising)}
    for number, (ask, outcome) in enumerate(zip(script.asks, outcomes, strict=True)):
        if number in may_raise and isinstance(outcome, Raised | Returned):
            continue
        found = trouble(ask, outcome, public, declared, forbid, lines, script.signs)
        if found is not None:
            return found.called(_own_causes(script, found, by_sample), declared)
    return no_option(script, outcomes, allowed, public=public)


def _own_causes(script: Script, found: Judgement, by_sample: Sequence[str]) -> list[str]:
    """The exercise's own among the causes, by an exception or by a sample."""
    known = {sign.cause for sign in script.signs if sign.error}
    by_error = [cause for cause in found.misconceptions if cause in known]
    return list(dict.fromkeys([*by_error, *by_sample]))
