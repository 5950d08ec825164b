"""Wrong answers that have several faults of a repair at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

from gradeprop.course.fault_names import AND
from gradeprop.course.misconception import Misconception
from gradeprop.course.parts import AnyPart, RepairPart
from gradeprop.course.python_source import same_code
from gradeprop.course.replacing import changed

__all__ = ["only_given", "together"]


def together(part: AnyPart, solution: str) -> dict[str, tuple[str, ...]]:
    """By the ids of the faults, joined: the code that has each pair of faults, as far as their
    changes of the solution can be combined, the code that has all of them, and what is given to be
    mended by those whose changes make it.

    Where no changes make what is given, all faults are taken to be in it, unless the code that has
    all of them is made of changes itself."""
    if not isinstance(part, RepairPart) or len(part.misconceptions) < 2:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for faults in (*combinations(part.misconceptions, 2), part.misconceptions):
        source = _with_all(faults, solution)
        if source is not None:
            found[_name(faults)] = (source,)
    given = _given(part, solution) or part.misconceptions
    if len(given) > 1:
        found.setdefault(_name(given), (part.starter,))
    return found


def only_given(part: AnyPart, solution: str) -> str | None:
    """The name under which `together` has what is given to be mended, where no changes make it:
    then nothing shows which faults are in it."""
    if not isinstance(part, RepairPart) or _given(part, solution):
        return None
    known = together(part, solution)
    return next((name for name, ways in known.items() if part.starter in ways), None)


def _given(part: RepairPart, solution: str) -> Sequence[Misconception]:
    """The faults in what is given to be mended, where their changes make it; else none. A mistake
    that is made in mending is none."""
    seen = [item for item in part.misconceptions if _stands_in(part.starter, item)]
    sizes = range(1, len(seen) + 1)
    starter = _without_pass(part.starter)
    for faults in chain.from_iterable(combinations(seen, size) for size in sizes):
        source = _with_all(faults, solution)
        if source is not None and same_code(_without_pass(source), starter):
            return faults
    return ()


def _stands_in(text: str, fault: Misconception) -> bool:
    """Whether each new text of its change is there: few are, and then few sets are tried."""
    return bool(fault.change) and all(
        new.strip() == "pass" or new in text for new in fault.change.values()
    )


def _without_pass(text: str) -> str:
    """Without the lines that hold the place of one that is left out."""
    return "\n".join(line for line in text.splitlines() if line.strip() != "pass")


def _name(faults: Sequence[Misconception]) -> str:
    return AND.join(item.id for item in faults)


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
