"""Whether a text names anybody of the class."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["named_in"]

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
"""Letters of a name that is looked for; shorter ones stand in every code."""


_PYTHON: Final = frozenset(word.lower() for word in (*keyword.kwlist, *dir(builtins)))


def named_in(text: str, names: Iterable[str], vocabulary: Iterable[str] = ()) -> list[str]:
    """Those of the names that stand in the text, as a word or as several one after the other;
    capitals do not count.

    Args:
        names: ids, first and last names, addresses of everybody.
        vocabulary: words that name nobody, whoever is called so; Python's own are known.
    """
    common = _PYTHON | {word.lower() for word in vocabulary}
    words = " ".join(_WORD.findall(text)).lower()
    bounded = f" {words} "
    found: dict[str, None] = {}
    for name in names:
        wanted = " ".join(_WORD.findall(name)).lower()
        if len(wanted.replace(" ", "")) < _SHORTEST or wanted in common:
            continue
        if f" {wanted} " in bounded:
            found[name] = None
    return sorted(found)
