"""What can be seen of the notebook's values, as plain values that differ when the state does.

This looks at everything that student code can reach from a name through plain objects, by content.
What it does not know (iterators, open files, objects of C code) makes it give up, and the caller
takes the slow way that is always right (see `gradeprop.session.student.places`). A student who
hides state from it can only carry it from one of his own checks to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradeprop.session.student.walk import Budget, Walk

__all__ = ["Budget", "Facts", "facts_of"]


@dataclass(frozen=True)
class Facts:
    """What was seen of one value.

    Attributes:
        content: differs when the state reachable from the value does.
        refers: the names that code in it may look up among the student's.
        graph: whether a tensor in it holds a graph. A backward pass through that frees it, which
            shows nowhere but in the next one.
    """

    content: tuple[Any, ...]
    refers: frozenset[str]
    graph: bool = False


def facts_of(
    value: Any,
    names: Mapping[str, Any],
    folders: tuple[str, ...] = (),
    budget: Budget | None = None,
) -> Facts | None:
    """What can be seen of ``value``; None if there is something in it whose state cannot be told.

    Args:
        names: the student's global names, in which functions of the notebook look up theirs.
        folders: modules from there are the student's own and looked into.
        budget: shared by several values; each object and each byte of a tensor takes from it.
    """
    walk = Walk(names, folders, budget or Budget())
    try:
        walk.visit(value)
    except Exception:  # also whatever a student's class raises when it is looked at
        return None
    return Facts(tuple(walk.facts), frozenset(walk.refers), walk.graph)
