"""What a misconception leaves in the student's process besides a wrong value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gradeprop.gradients.values import Evidence


@dataclass(frozen=True)
class Clues:
    """What a misconception must have left in the process.

    Attributes:
        seen: facts (see `Evidence`) that must be so. Where one is known not to be, the cause is
            excluded; where nobody can tell, it is not named.
        unseen: facts that exclude it.
        unsure: what to say instead of naming it, where nobody can tell.
    """

    seen: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    unsure: str | None = None

    def excluded_by(self, evidence: Evidence) -> bool:
        """Whether what was seen speaks against it."""
        absent = any(getattr(evidence, fact) is False for fact in self.seen)
        return absent or any(getattr(evidence, fact) is True for fact in self.unseen)

    def confirmed_by(self, evidence: Evidence) -> bool:
        """Whether all that it must have left was seen."""
        return all(getattr(evidence, fact) is True for fact in self.seen)


OF_THE_ENGINE: Final[Mapping[str, Clues]] = {
    "grad_accumulated": Clues(seen=("piled",)),
    "leftover_gradient": Clues(seen=("piled",)),
    "doubled": Clues(unseen=("piled",)),
    "missing_half": Clues(unseen=("piled", "stepped_again")),
    "zeroed_before_step": Clues(seen=("cleared",), unseen=("moved",)),
    "nothing_moved": Clues(unseen=("cleared", "moved")),
}
"""Of misconceptions that the engine knows by id, where an exercise does not say otherwise."""
