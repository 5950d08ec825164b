"""Which of a part's misconceptions give, by their samples, what a student's answer gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gradeprop.course.model import Misconception
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.sampled import Given, fitting, given
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.result import words
from gradeprop.grading.run.samples import Samples, options_of
from gradeprop.session.interface import Outcome

__all__ = ["fitting_by_sample"]

_RULED: Final = frozenset(words.FORBIDDEN_CAUSE.values())
"""Causes that are a rule of the part's: what the value would have been makes no difference."""


def fitting_by_sample(
    samples: Samples,
    site: CheckSite,
    device: str,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    attempt: int,
) -> tuple[str, ...]:
    """The misconceptions of the check's part that fit by their samples.

    Args:
        script, outcomes: what was asked, and what the student's answer gave.
        judgement: what it is without samples.
        attempt: the how-manieth inputs these are.
    """
    if judgement.status != "failed" or judgement.not_begun or _RULED & {*judgement.misconceptions}:
        return ()
    tried = list(_tried(site, script, judgement))
    options = options_of(site.part)
    mine = given(script, outcomes, options) if tried else None
    if mine is None:
        return ()
    # Everybody is asked the same by a public check.
    same = (site.key, attempt) if site.check.public else None
    known: dict[str, list[Given | None]] = {}
    for item in tried:
        ways = samples.of(site.place, item.id, device, script, same=same)
        known[item.id] = [given(script, way, options) for way in ways]
    return fitting(script, mine, known)


def _tried(site: CheckSite, script: Script, judgement: Judgement) -> Iterator[Misconception]:
    """Those that only a sample can find; and all that have one, if nothing else has found any."""
    declared = {item.id for item in site.part.misconceptions}
    found = declared.intersection(judgement.misconceptions)
    for item in site.part.misconceptions:
        known = any(probe.alternatives.get(item.id) for probe in script.probes)
        if item.by_sample and not (found and known):
            yield item
