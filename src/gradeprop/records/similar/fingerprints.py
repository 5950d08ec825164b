"""Fingerprints of code: all its runs of `RUN` tokens.

Programs for long texts thin these out (winnowing, Schleimer and others, SIGMOD 2003). Answers are
short, so all are kept: every likeness of that length is found, and where it lies is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from gradeprop.records.similar.tokens import CodeToken

RUN: Final = 12
"""Tokens, which are one or two lines: shorter runs are in everybody's code."""

Run: TypeAlias = tuple[str, ...]


def runs(found: Sequence[CodeToken]) -> list[Run]:
    """All runs of `RUN` tokens, in their order."""
    texts = [token.text for token in found]
    return [tuple(texts[at : at + RUN]) for at in range(len(texts) - RUN + 1)]


class Numbering:
    """A number for each run, the same for the same run: sets of numbers are compared fast."""

    def __init__(self) -> None:
        self._known: dict[Run, int] = {}

    def of(self, found: Sequence[CodeToken]) -> tuple[int, ...]:
        """The runs of some code, in their order."""
        known = self._known
        return tuple(known.setdefault(run, len(known)) for run in runs(found))


@dataclass(frozen=True)
class Fingerprint:
    """An answer's tokens and the numbers of its runs; ``shared`` are those that show nothing, being
    given or most people's."""

    tokens: tuple[CodeToken, ...]
    runs: tuple[int, ...]
    shared: frozenset[int]

    @cached_property
    def own(self) -> frozenset[int]:
        return frozenset(self.runs) - self.shared

    @cached_property
    def length(self) -> int:
        """How many tokens lie in runs of its own."""
        return self.covered(self.own)

    def covered(self, these: frozenset[int]) -> int:
        """How many tokens lie in these runs."""
        return len(self._places(these))

    def lines(self, these: frozenset[int]) -> frozenset[int]:
        """The lines, from 0, that these runs touch."""
        return frozenset(self.tokens[at].line for at in self._places(these))

    def _places(self, these: frozenset[int]) -> set[int]:
        places: set[int] = set()
        for at, run in enumerate(self.runs):
            if run in these:
                places.update(range(at, at + RUN))
        return places
