"""Which of a part's misconceptions give, by their samples, what a student's answer gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import TypeAlias

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.likely import cause_so_far, singly_or_together
from gradeprop.grading.checks.sampled import fitting, given, is_same, worth_trying
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.result.verdict import CheckVerdict
from gradeprop.grading.run.paper import Paper
from gradeprop.grading.run.samples import Samples
from gradeprop.session.interface import Outcome

__all__ = ["fits_as_given_only", "fitting_by_sample", "where_asked"]

_Verdicts: TypeAlias = Mapping[tuple[str, str], Sequence[CheckVerdict]]
"""What is known of an exercise's checks, by exercise and check."""


def where_asked(
    samples: Samples, site: CheckSite, device: str, script: Script, paper: Paper
) -> tuple[str, Script]:
    """On which device samples are asked about a check on ``device``, and what.

    On a GPU each sample takes a process with a context of its own, a second or more. Where the
    answer is as wrong on the CPU, what explains it shows there as well, and in no time. Where it is
    wrong in another way, a sample may be so, too: moving to a GPU makes a copy, to the CPU none."""
    known = paper.verdicts.get(site.key, ())
    fails_on_cpu = any(item.device == "cpu" and item.status == "failed" for item in known)
    if device != "cpu" and fails_on_cpu and _is_as_on_cpu(site, device, paper):
        return "cpu", samples.on_cpu(script, device)
    return device, script


def _is_as_on_cpu(site: CheckSite, device: str, paper: Paper) -> bool:
    """Whether the answer gave the check's questions the same on both devices."""
    found = [paper.answers.get((*site.key, it)) for it in (device, "cpu")]
    gave = [None if item is None else given(*item, site.part.allowed) for item in found]
    if found[0] is None or gave[0] is None or gave[1] is None:
        return False
    return is_same(found[0][0], gave[0], gave[1])


def fitting_by_sample(
    samples: Samples,
    site: CheckSite,
    device: str,
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    *,
    without: str | None = None,
    verdicts: _Verdicts = MappingProxyType({}),
) -> tuple[str, ...]:
    """The misconceptions of the check's part that fit by their samples.

    Args:
        script, outcomes: what was asked, and what the student's answer gave.
        judgement: what it is without samples.
        without: a name of several mistakes in one that is not tried.
        verdicts: what is known of the exercise's other checks.
    """
    part = site.part

    def fit(names: Sequence[str]) -> tuple[str, ...]:
        tried = worth_trying(script, names, judgement)
        mine = given(script, outcomes, part.allowed) if tried else None
        known = {
            name: samples.given(site.place, name, device, script, part.allowed)
            for name in (tried if mine else ())
        }
        return fitting(script, mine, known)

    single = [item.id for item in part.misconceptions if item.by_sample]
    several = [name for name in site.exercise.together(part.part) if name != without]
    likely = _cause_so_far(site, device, verdicts)
    return singly_or_together(fit, single, several, judgement, likely)


def _cause_so_far(site: CheckSite, device: str, verdicts: _Verdicts) -> str | None:
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
