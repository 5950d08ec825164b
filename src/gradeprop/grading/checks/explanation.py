"""What explains all that is wrong in a check: an exception, a flag, or values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.diagnose import Diagnosis, diagnose
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.causes import causes_of_all, only
from gradeprop.grading.checks.flags import Flag
from gradeprop.grading.checks.raising import Unraised
from gradeprop.grading.checks.resolve import Found
from gradeprop.grading.checks.resolving import looked_at
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.checks.signs import by_flags
from gradeprop.grading.checks.telling import Wrong
from gradeprop.session.interface import Outcome

__all__ = ["diagnosis_of"]


def diagnosis_of(
    script: Script,
    outcomes: Sequence[Outcome],
    wrong: Sequence[tuple[Probe, Wrong]],
    observations: Sequence[Observation],
    clues: Mapping[str, Clues] | None,
    by_sample: Sequence[str],
) -> Diagnosis:
    """What explains all that is wrong: an exception, a flag, or values."""
    if any(isinstance(item, Unraised) for _, item in wrong):
        asked = [(script.asks[probe.handle.ask], outcomes[probe.handle.ask]) for probe, _ in wrong]
        return only(by_sample or causes_of_all(asked, script.signs))
    flags = [
        (item, found.value)
        for probe, item in wrong
        if isinstance(item, Flag) and isinstance(found := looked_at(probe, script, outcomes), Found)
    ]
    told = by_flags(script.signs, flags) if len(flags) == len(wrong) else ()
    if told:
        return only((*told, *by_sample))
    return diagnose(observations, clues, by_sample)
