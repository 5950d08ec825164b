"""What goes before any comparison of values, over all that a check asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradeprop.course.options import Allowed
from gradeprop.grading.checks.choice import no_option
from gradeprop.grading.checks.expected import Raising
from gradeprop.grading.checks.flags import Flag
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.resolve import Found
from gradeprop.grading.checks.resolving import looked_at
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.checks.signs import Sign, by_error, by_flags
from gradeprop.grading.checks.telling import Wrong
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
    wrong_at: Callable[[Probe], Wrong | None],
) -> Judgement | None:
    """What goes before any comparison, where there is something.

    Args:
        wrong_at: what is wrong with the value that a probe looks at, where one came.
    """
    may_raise = {probe.handle.ask for probe in script.probes if isinstance(probe.expected, Raising)}
    signs = [sign for sign in script.signs if _explains_all(sign, script, outcomes, wrong_at)]
    for number, (ask, outcome) in enumerate(zip(script.asks, outcomes, strict=True)):
        if number in may_raise and isinstance(outcome, Raised | Returned):
            continue
        found = trouble(ask, outcome, public, declared, forbid, lines, signs)
        if found is not None:
            return found.called(_own_causes(script, found, by_sample), declared)
    return no_option(script, outcomes, allowed, public=public)


def _explains_all(
    sign: Sign,
    script: Script,
    outcomes: Sequence[Outcome],
    wrong_at: Callable[[Probe], Wrong | None],
) -> bool:
    """Whether nothing but what the sign stands for is wrong: each exception is one that it knows,
    and each value that came is right but for its flags."""
    if not sign.error:
        return True
    probes = [probe for probe in script.probes if not isinstance(probe.expected, Raising)]
    asked = {probe.handle.ask for probe in probes}
    raised = [outcomes[ask] for ask in asked if isinstance(outcomes[ask], Raised)]
    if not all(isinstance(item, Raised) and by_error([sign], item) for item in raised):
        return False
    returned = (probe for probe in probes if isinstance(outcomes[probe.handle.ask], Returned))
    wrong = [(probe, item) for probe in returned if (item := wrong_at(probe)) is not None]
    flags = [
        (item, looked_at(probe, script, outcomes))
        for probe, item in wrong
        if isinstance(item, Flag)
    ]
    values = [(item, found.value) for item, found in flags if isinstance(found, Found)]
    if len(values) < len(wrong):
        return False
    return not values or sign.cause in by_flags([sign], values)


def _own_causes(script: Script, found: Judgement, by_sample: Sequence[str]) -> list[str]:
    """The exercise's own among the causes, by an exception or by a sample."""
    known = {sign.cause for sign in script.signs if sign.error}
    by_error = [cause for cause in found.misconceptions if cause in known]
    return list(dict.fromkeys([*by_error, *by_sample]))
