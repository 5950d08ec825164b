"""Pairs put together: who wrote one and the same is told once, and not in every pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.records.similar.compare import Pair, Side
from gradeprop.records.similar.tokens import tokens

__all__ = ["Likeness", "Written", "gathered"]

_Code: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """One text, and all who wrote exactly that; ``lines``, from 0, are those that others have."""

    students: tuple[str, ...]
    source: str
    lines: frozenset[int]


@dataclass(frozen=True)
class Likeness:
    """All pairs that say the same of one part.

    Attributes:
        kinds: the students, by what their answers are but for names, numbers and blanks: one kind,
            where all are equal, or two.
        written: the texts of each kind; of equal answers there may be several, in other names.
        tokens, share: as of each of the pairs.
    """

    key: PartKey
    kinds: tuple[tuple[str, ...], ...]
    written: tuple[tuple[Written, ...], ...]
    tokens: int
    share: float

    @property
    def shown(self) -> tuple[Written, ...]:
        """A text of each kind; of equal answers two, if there are two."""
        if len(self.written) == 1:
            return self.written[0][:2]
        return tuple(kind[0] for kind in self.written)


def gathered(pairs: Sequence[Pair]) -> list[Likeness]:
    """The same pairs, the most alike first."""
    of = cache(_code)
    found: dict[tuple[PartKey, frozenset[_Code]], list[Pair]] = {}
    for pair in pairs:
        codes = frozenset(of(side.source) for side in (pair.first, pair.second))
        found.setdefault((pair.key, codes), []).append(pair)
    made = []
    for (key, _), same in found.items():
        kinds: dict[_Code, list[Side]] = {}
        for pair in same:
            for side in (pair.first, pair.second):
                kinds.setdefault(of(side.source), []).append(side)
        written = tuple(map(_written, kinds.values()))
        students = tuple(
            tuple(sorted(name for text in kind for name in text.students)) for kind in written
        )
        made.append(Likeness(key, students, written, same[0].tokens, same[0].share))
    return sorted(made, key=lambda item: (-item.share, -item.tokens))


def _written(sides: Sequence[Side]) -> tuple[Written, ...]:
    texts: dict[str, dict[str, Side]] = {}
    for side in sides:
        texts.setdefault(side.source, {})[side.student] = side
    return tuple(
        Written(tuple(sorted(by)), source, next(iter(by.values())).lines)
        for source, by in texts.items()
    )


def _code(source: str) -> _Code:
    return tuple(token.text for token in tokens(source))
