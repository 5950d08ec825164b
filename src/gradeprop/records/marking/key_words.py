"""Where a rubric's key speaks of something that an answer does not mention: a hint for the eye of
the marker, and no judgement."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+", re.UNICODE)
_LEAST = 4
"""Letters that a word has at least, and that it shares at its beginning with one that is as good:
grow and growing, step and steps."""
# Words that say nothing about the matter, or speak to the marker.
_COMMON = """
about after again also alone always another answer because been before being both cannot come
could count counts does each either else enough even every from gives goes have here into itself
just like made make many means mention mentions might more most much must need needs only other
over said same saying says should since some such tell tells than that their them then
there these they thing this those under upon very well were what when where which while whole
whose will with without word words would your
"""
_IGNORED = frozenset(_COMMON.split())


def absent(key: str, answer: str) -> tuple[tuple[int, int], ...]:
    """The places in the key, (begin, end), of words and numbers that the answer does not have."""
    said = {_plain(word) for word in _WORD.findall(answer)}
    return tuple(
        match.span()
        for match in _WORD.finditer(key)
        if _counts(word := _plain(match[0])) and not any(_as_good(word, other) for other in said)
    )


def _plain(word: str) -> str:
    """Small letters, indices as ordinary digits: w₃, w_3 and W3 are one word."""
    return unicodedata.normalize("NFKC", word).casefold().replace("_", "")


def _counts(word: str) -> bool:
    if any(char.isdigit() for char in word):
        return True
    return len(word) >= _LEAST and word not in _IGNORED


def _as_good(word: str, other: str) -> bool:
    if word == other:
        return True
    if any(char.isdigit() for char in word + other):
        return False
    shared = min(len(word), len(other))
    begin = max(_LEAST, shared - 3)
    return shared >= _LEAST and word[:begin] == other[:begin]
