"""Whether a text names anybody of the class."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["named_in"]

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
"""Letters of a name that is looked for; shorter ones stand in every code."""


def named_in(text: str, names: Iterable[str]) -> list[str]:
    """Those of the names that stand in the text, as a word or as several one after the other;
    capitals do not count.

    Args:
        names: ids, first and last names, addresses of everybody.
    """
    words = " ".join(_WORD.findall(text)).lower()
    bounded = f" {words} "
    found: dict[str, None] = {}
    for name in names:
        wanted = " ".join(_WORD.findall(name)).lower()
        if len(wanted.replace(" ", "")) >= _SHORTEST and f" {wanted} " in bounded:
            found[name] = None
    return sorted(found)
