"""What likeness means, for whoever is about to accuse somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gradeprop.records.similar.compare import LENGTH, PartCompared

NO_PROOF: Final = (
    "Likeness is a reason to look, and no proof. Two people who learned from the same page, sat "
    "side by side as they were allowed to, or made the same mistake write alike. Read both "
    "answers, compare when and how they came about, and talk with both before you think anything "
    "of it."
)
ELSEWHERE: Final = (
    "Texts are not compared, nor this class with others: `gradeprop export ASSIGNMENT --to code` "
    "writes the files for JPlag and Dolos, which do more."
)


def who(kinds: Sequence[Sequence[str]]) -> str:
    """``al and bo``; ``al, bo, cy`` of equal answers; ``al, bo (the same) and cy``.

    Args:
        kinds: as of a `Likeness`.
    """
    if len(kinds) == 1:
        (equal,) = kinds
        return (" and " if len(equal) == 2 else ", ").join(equal)
    return " and ".join(f"{', '.join(kind)}{' (the same)' if kind[1:] else ''}" for kind in kinds)


def percent(share: float) -> str:
    """``100 %``."""
    return f"{round(100 * share)} %"


def nothing_told(part: PartCompared) -> str:
    """Why nothing can be told of a part."""
    return (
        f"{' '.join(part.key)}: nothing can be told. {part.long_enough} of {part.answers} answers "
        f"have {LENGTH} tokens or more that are neither given, nor in the solution or a known "
        f"mistake, nor in most answers."
    )
