"""Which of a part's misconceptions give, by their samples, what a student's answer gave."""

from __future__ import annotations

from collections.abc import Sequence

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.sampled import Given, fitting, given, singly_or_together, worth_trying
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.run.samples import Samples
from gradeprop.session.interface import Outcome

__all__ = ["fits_as_given_only", "fitting_by_sample"]


def fitting_by_sample(
    samples: Samples,
    site: CheckSite,
    device: str,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    *,
    kept: bool,
    without: str | None = None,
) -> tuple[str, ...]:
    """The misconceptions of the check's part that fit by their samples.

    Args:
        script, outcomes: what was asked, and what the student's answer gave.
        judgement: what it is without samples.
        kept: whether others are asked the same.
        without: a name of several mistakes in one that is not tried.
    """
    part = site.part

    def fit(names: Sequence[str]) -> tuple[str, ...]:
        tried = worth_trying(script, names, judgement)
        mine = given(script, outcomes, part.allowed) if tried else None
        known: dict[str, list[Given | None]] = {}
        for name in tried if mine else ():
            ways = samples.of(site.place, name, device, script, kept=kept)
            known[name] = [given(script, way, part.allowed) for way in ways]
        return fitting(script, mine, known)

    single = [item.id for item in part.misconceptions if item.by_sample]
    several = [name for name in site.exercise.together(part.part) if name != without]
    return singly_or_together(fit, single, several, judgement)


def fits_as_given_only(
    samples: Samples,
    site: CheckSite,
    device: str,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
) -> bool:
    """Whether a repair's answer is explained by what was given to be mended, taken for all of its
    faults at once, and by no fault that is declared.

    Args:
        judgement: what it is without samples.
    """
    given_as = site.exercise.only_given(site.part.part)
    if given_as is None or judgement.misconceptions:
        return False
    return not fitting_by_sample(
        samples, site, device, script, outcomes, judgement, kept=False, without=given_as
    )
