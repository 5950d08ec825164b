"""Which answers are worded alike: how many groups of three letters they share.

Each text is a vector of its letter trigrams, weighted by how rare they are among these texts
(tf-idf), and two texts are as alike as the cosine between their vectors. This only ever decides in
which order a person reads answers, never what one is worth."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

ALIKE = 0.45
"""From this cosine on, two answers are read one after the other."""
_SIZE = 3
_BUCKETS = 4096

_Matrix: TypeAlias = npt.NDArray[np.float32]


def families(texts: Sequence[str]) -> list[list[int]]:
    """The positions of texts that are alike, together; a text that is like no other is alone.

    Within a family each text is like one before it, the most alike first. Families come in the
    order of their first texts."""
    if not texts:
        return []
    vectors = _vectors(texts)
    left = np.ones(len(texts), dtype=bool)
    found = []
    for first in range(len(texts)):
        if not left[first]:
            continue
        family = [first]
        left[first] = False
        nearest = vectors @ vectors[first]
        while left.any():
            at = int(np.argmax(np.where(left, nearest, -1)))
            if nearest[at] < ALIKE:
                break
            family.append(at)
            left[at] = False
            nearest = np.maximum(nearest, vectors @ vectors[at])
        found.append(family)
    return found


def _vectors(texts: Sequence[str]) -> _Matrix:
    """One row of length 1 for each text; zeros for one without a letter."""
    counts: _Matrix = np.zeros((len(texts), _BUCKETS), dtype=np.float32)
    for row, text in enumerate(texts):
        for gram, count in Counter(_trigrams(text)).items():
            counts[row, zlib.crc32(gram.encode("utf-8", "replace")) % _BUCKETS] += count
    holding = (counts > 0).sum(axis=0)
    weights = np.log1p(counts) * (np.log((1 + len(texts)) / (1 + holding)) + 1)
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    rows: _Matrix = np.divide(weights, lengths, where=lengths > 0, out=np.zeros_like(counts))
    return rows


def _trigrams(text: str) -> list[str]:
    spaced = f" {' '.join(text.split())} "
    return [spaced[at : at + _SIZE] for at in range(len(spaced) - _SIZE + 1)]
