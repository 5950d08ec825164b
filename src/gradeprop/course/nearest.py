"""What may have been meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Final

__all__ = ["LIST_OF_IDS", "did_you_mean", "nearest"]

LIST_OF_IDS: Final = 'all are on the page "Mistakes and causes by id" of the documentation'

_FEW: Final = 12
"""So many words are read in one line; of more, a few."""


def did_you_mean(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """A remedy: the nearest known word; or all of them, or where they are many the nearest few.

    Args:
        otherwise: where all of many words are listed, or what else there is to do.
    """
    known = list(dict.fromkeys(known))
    near = nearest(word, known)
    if near:
        return f"did you mean {near[0]!r}?"
    if not known:
        return otherwise or "delete it"
    if len(known) <= _FEW:
        return f"known here: {', '.join(known)}"
    few = ", ".join(nearest(word, known, most=3, least=0.0))
    return f"nearest of {len(known)} that are known here: {few}; {otherwise}".rstrip("; ")


def nearest(
    word: object, known: Collection[str], *, most: int = 1, least: float = 0.6
) -> list[str]:
    """The known words that are most alike, the best first.

    Args:
        least: how alike they must be at least, from 0 to 1.
    """
    return difflib.get_close_matches(str(word), known, n=most, cutoff=least)
