"""Brightspace's "Download" of an assignment's submissions:
``12345-67890 - Ada Lovelace - Nov 26, 2026 1105 PM/a01.ipynb``, a folder for each time that
somebody handed in, and ``index.html``. Some sites put the student's number before the name, and
some have no folders but ``12345-67890 - Ada Lovelace - Nov 26, 2026 1105 PM - a01.ipynb``.

The first number is the student's. Times are in the zone of whoever downloads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gradeprop.records.collect.interface import Archive, Clues, File, HandIn, Reading, Unplaced
from gradeprop.records.collect.outermost import most_fit
from gradeprop.records.collect.times import time_in_name

__all__ = ["Brightspace"]

_NUMBERS: Final = re.compile(r"\d+-\d+")
_BETWEEN: Final = re.compile(r"\s*- ")


@dataclass(frozen=True)
class _Named:
    """What a name says.

    Attributes:
        number: Brightspace's, of the student; what follows it is of the assignment.
        rest: the file's own name where it is behind it; all files of one attempt are one hand-in.
    """

    whole: str
    number: str
    who: tuple[str, ...]
    time: datetime
    rest: str = field(compare=False)


class Brightspace:
    """Brightspace's zip."""

    name = "brightspace"
    title = "Brightspace"

    def fits(self, files: Sequence[File]) -> bool:
        return most_fit(files, _named)

    def hand_ins(self, archive: Archive, reading: Reading) -> tuple[list[HandIn], list[Unplaced]]:
        files: dict[_Named, list[File]] = {}
        unplaced = []
        for file in archive.files:
            found = _found(file)
            if found is not None:
                named, own = found
                files.setdefault(named, []).append(File(own, file.key))
            elif file.name != "index.html":
                remedy = "put it in place by hand"
                unplaced.append(Unplaced(file.shown, "Brightspace names nothing so", remedy))
        return [_hand_in(named, own, reading) for named, own in files.items()], unplaced


def _hand_in(named: _Named, files: list[File], reading: Reading) -> HandIn:
    clues = Clues(name=named.who[-1], ids=named.who[:-1], key=named.number, may_be_group=True)
    return HandIn((clues,), named.whole, tuple(files), reading.zone(named.time))


def _found(file: File) -> tuple[_Named, tuple[str, ...]] | None:
    """The folder or file with Brightspace's name, and the path from there in the student's
    words."""
    name, *below = file.path
    named = _named(name)
    if named and (below or named.rest):
        return named, tuple(below) or (named.rest,)
    return None


def _named(name: str) -> _Named | None:
    numbers, *pieces = _BETWEEN.split(name)
    if not _NUMBERS.fullmatch(numbers):
        return None
    for place, piece in enumerate(pieces):
        time = time_in_name(piece) if place else None
        if time is not None:
            who = tuple(piece.strip() for piece in pieces[:place])
            rest = " - ".join(pieces[place + 1 :])
            whole = name.removesuffix(rest).rstrip(" -") if rest else name
            return _Named(whole, numbers.partition("-")[0], who, time, rest)
    return None
