"""The fixture ``reference`` of one check: what it knows of its part's misconceptions."""

from __future__ import annotations

from gradeprop.gradients.comparison.tolerance import Tolerances
from gradeprop.grading.checks.declared import ids_of, looked_for
from gradeprop.grading.checks.script import Reference
from gradeprop.grading.checks.sites import CheckSite

__all__ = ["reference_of"]


def reference_of(site: CheckSite, seed: bytes, device: str, tolerances: Tolerances) -> Reference:
    """A new one, with nothing written down yet."""
    sought = {item.id: item for item in looked_for(site.part.misconceptions, site.check.check)}
    everywhere = frozenset(item.id for item in site.part.misconceptions)
    return Reference(
        seed,
        device,
        {name: item.pattern for name, item in sought.items()},
        tolerances,
        named_here=frozenset(name for name, item in sought.items() if item.checks),
        known=ids_of(site.exercise),
        elsewhere=everywhere - sought.keys(),
    )
