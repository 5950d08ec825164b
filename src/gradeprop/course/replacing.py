"""A text with replacements: a sample that is the solution, but for what it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping

from gradeprop.wording import counted

__all__ = ["changed"]


def changed(text: str, replacements: Mapping[str, str]) -> str:
    """``text`` with each old text replaced by its new one, all at once: none is looked for in what
    another put there.

    Raises:
        ValueError: an old text does not stand in ``text`` exactly once, or two of them overlap.
    """
    found = sorted((_only_place(text, old), old) for old in replacements)
    pieces: list[str] = []
    end = 0
    for place, old in found:
        if place < end:
            raise ValueError(f"{old!r} overlaps with another text to be replaced")
        pieces += (text[end:place], replacements[old])
        end = place + len(old)
    return "".join((*pieces, text[end:]))


def _only_place(text: str, old: str) -> int:
    count = text.count(old)
    if count != 1:
        raise ValueError(f"{old!r} stands in the solution {counted(count, 'time')}, not once")
    return text.index(old)
