"""What several faults in one answer are called: by their ids, joined."""

from __future__ import annotations

__all__ = ["AND", "ids_in"]

AND = "+"
"""No id holds it."""


def ids_in(name: str) -> list[str]:
    """The ids of all faults in a name; of a plain id, that one."""
    return name.split(AND)
