"""Where in the student's cells an exception came from."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gradeprop.session.interface import Raised

__all__ = ["Place", "line_in", "places_of"]

_FRAME: Final = re.compile(r"^([\w-]+), line (\d+), in ")


class Place(NamedTuple):
    """A line of a cell; ``cell`` is its grade id, or what else the cell was called when it ran."""

    cell: str
    line: int


def places_of(outcome: Raised) -> tuple[Place, ...]:
    """The lines that led to it, as far as they are in the student's cells, the last one last."""
    # Only at line feeds: a student's line may hold what `splitlines` takes for an end.
    found = map(_FRAME.match, outcome.traceback.split("\n"))
    return tuple(Place(match[1], int(match[2])) for match in found if match)


def line_in(places: tuple[Place, ...], cell: str) -> int | None:
    """The last of these lines that is in this cell."""
    return next((place.line for place in reversed(places) if place.cell == cell), None)
