"""Which of a part's misconceptions give, by their samples, what a student's answer gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.likely import cause_so_far, singly_or_together
from gradeprop.grading.checks.sampled import Given, fitting, given, worth_trying
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.result.verdict import CheckVerdict
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
    without: str | None = None,
    verdicts: Mapping[tuple[str, str], Sequence[CheckVerdict]] = MappingProxyType({}),
) -> tuple[str, ...]:
    """The misconceptions of the check's part that fit by their samples.

    Args:
        script, outcomes: what was asked, and what the student's answer gave.
        judgement: what it is without samples.
        without: a name of several mistakes in one that is not tried.
        verdicts: what is known of the exercise's other checks, by exercise and check.
    """
    part = site.part

    def fit(names: Sequence[str]) -> tuple[str, ...]:
        tried = worth_trying(script, names, judgement)
        mine = given(script, outcomes, part.allowed) if tried else None
        known: dict[str, list[Given | None]] = {}
        for name in tried if mine else ():
            ways = samples.of(site.place, name, device, script)
            known[name] = [given(script, way, part.allowed) for way in ways]
        return fitting(script, mine, known)

    single = [item.id for item in part.misconceptions if item.by_sample]
    several = [name for name in site.exercise.together(part.part) if name != without]
    likely = _cause_so_far(site, device, verdicts)
    return singly_or_together(fit, single, several, judgement, likely)


def _cause_so_far(
    site: CheckSite, device: str, verdicts: Mapping[tuple[str, str], Sequence[CheckVerdict]]
) -> str | None:
    """The cause of the part's checks before this one; for a public check only of public ones, as in
    the student's notebook."""
    earlier = takewhile(lambda check: check != site.check, site.part.checks)
    shown = [check.check for check in earlier if check.public or not site.check.public]
    known = (item for check in shown for item in verdicts.get((site.exercise.slug, check), ()))
    return cause_so_far(
        item.misconception for item in known if item.device == device and item.status == "failed"
    )


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
        samples, site, device, script, outcomes, judgement, without=given_as
    )
