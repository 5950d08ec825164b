"""Wrong answers that have several faults of a repair at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from gradeprop.course.fault_names import AND
from gradeprop.course.misconception import Misconception
from gradeprop.course.parts import AnyPart, RepairPart
from gradeprop.course.replacing import changed

__all__ = ["together"]


def together(part: AnyPart, solution: str) -> dict[str, tuple[str, ...]]:
    """By the ids of the faults, joined: the code that has each pair of faults, as far as their
    changes of the solution can be combined, and the code that has all of them. Where that cannot
    be made of changes, it is what is given to be mended."""
    if not isinstance(part, RepairPart) or len(part.misconceptions) < 2:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for faults in (*combinations(part.misconceptions, 2), part.misconceptions):
        source = _with_all(faults, solution)
        if source is None and faults == part.misconceptions:
            source = part.starter
        if source is not None:
            found[AND.join(item.id for item in faults)] = (source,)
    return found


def _with_all(faults: Sequence[Misconception], solution: str) -> str | None:
    if not all(item.change for item in faults):
        return None
    changes = {old: new for item in faults for old, new in item.change.items()}
    if len(changes) < sum(len(item.change) for item in faults):
        return None  # two of them change the same text
    try:
        return changed(solution, changes)
    except ValueError:  # or places that overlap
        return None
