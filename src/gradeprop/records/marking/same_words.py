"""When two answers say the same word for word: blanks, case and punctuation do not count.

Left out is only what cannot turn a statement about numbers round. A minus, ``<`` and ``>``, the
point in 1.5 and in .5, the prime of f', the star of w* and the difference between the letters w and
W, alone or in w-W, stay."""

from __future__ import annotations

import re
import unicodedata

_BEFORE = '"“”„«»‹›([{`…¿¡'
_AFTER = '"“”„«»‹›)]}`….,;:!?'
_ALIKE = str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'", "\u00a0": " "})
_WORDS_OF_ONE_LETTER = {"A", "I"}
_OF_LETTERS = re.compile(r"[^\W\d_]{2,}('[^\W\d_]+)?")
"""Also ``don't``."""


def same_words(text: str) -> str:
    """What is left of a text: equal for two texts that say the same word for word."""
    composed = unicodedata.normalize("NFC", text).translate(_ALIKE)
    words = (_word(word.lstrip(_BEFORE).rstrip(_AFTER)) for word in composed.split())
    return " ".join(word for word in words if word)


def _word(word: str) -> str:
    """In small letters, unless it may be more than a word: in ``w-W``, ``2W`` and ``f'`` capitals
    tell names apart."""
    if word in _WORDS_OF_ONE_LETTER or _OF_LETTERS.fullmatch(word):
        return word.casefold()
    return word
