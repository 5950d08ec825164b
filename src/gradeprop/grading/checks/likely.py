"""In which order the causes that samples show are tried, and which of those that fit are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gradeprop.course.fault_names import ids_in
from gradeprop.grading.checks.judgement import Judgement

__all__ = ["cause_so_far", "singly_or_together"]


def singly_or_together(
    fit: Callable[[Sequence[str]], tuple[str, ...]],
    single: Sequence[str],
    several: Sequence[str],
    judgement: Judgement,
    likely: str | None = None,
) -> tuple[str, ...]:
    """The mistakes that explain an answer alone, or else the first of those that do so together;
    none where what is known is enough.

    Args:
        fit: which of some names fit by their samples.
        several: names of several mistakes in one, see `gradeprop.course.faults_together`.
        judgement: what the check is without samples.
        likely: the cause of the part's earlier checks, see `cause_so_far`, which is tried alone, at
            first: that it explains this check, too, is what no other cause can do, and there are
            samples enough to cost more than all the rest.
    """
    if likely is not None and judgement.misconceptions == (likely,):
        return ()
    alone = [likely] if likely in single and likely is not None else []
    if alone and not judgement.misconceptions and (found := fit(alone)):
        return found
    found = fit(single)
    if found or not several or judgement.misconceptions:
        return found
    return tuple(dict.fromkeys(ids_in(name)[0] for name in fit(several)))


def cause_so_far(failed: Iterable[str | None]) -> str | None:
    """The one cause by which all failed checks of a part have been called so far."""
    causes = set(failed)
    return causes.pop() if len(causes) == 1 else None
