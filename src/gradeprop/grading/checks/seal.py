"""Answers that can be recognised and not read: what travels in a notebook for a check that shows
only its verdict.

A number is told by the bucket that it falls in. A bucket is twice the tolerance wide, and the
buckets are shifted so that the right number is at the centre of one: the shift is published, which
bucket it is is not. Words and buckets go through a slow key derivation with a salt; what is kept is
the beginning of the key, or a text that only the key opens. What is wrong with the answer in this
way is sealed likewise, each with its own shift. Nothing here keeps anybody from trying: of four
options each can be tried out."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from gradeprop.gradients.values import TensorState, Value

__all__ = ["ROUNDS", "Box", "Boxes", "Grid", "Seal", "boxed", "grid_of", "sealed"]

Grid: TypeAlias = tuple[tuple[float, float], ...]
"""For each number of a value, where its buckets begin (one of them), and how wide they are."""

ROUNDS: Final = 200_000
"""Of the derivation, for all that a check compares together: well below 0.1 s."""
_TAG: Final = 16


@dataclass(frozen=True)
class Seal:
    """By which the right answer is recognised."""

    grid: Grid
    tag: str
    salt: str
    rounds: int

    def fits(self, value: Value) -> bool:
        """Whether a value of the right form is the right answer."""
        key = _key(_wrote((value,), (self.grid,)), self.salt, self.rounds)
        return hmac.compare_digest(_tag(key), self.tag)


@dataclass(frozen=True)
class Box:
    """What is to be said of one wrong answer to all probes, for whoever gives it.

    Attributes:
        grids: one for each probe; None for a probe on which the mistake changes nothing.
        text: what is said, as JSON, in hexadecimal digits.
    """

    grids: tuple[Grid | None, ...]
    tag: str
    text: str

    def opened(self, values: Sequence[Value], salt: str, rounds: int) -> dict[str, Any] | None:
        """What is said of these values, one for each probe; None if they are not those."""
        key = _key(_wrote_where(values, self.grids), salt, rounds)
        if not hmac.compare_digest(_tag(key), self.tag):
            return None
        found: dict[str, Any] = json.loads(_mixed(bytes.fromhex(self.text), key))
        return found


@dataclass(frozen=True)
class Boxes:
    """All that is sealed of what may be wrong in a check."""

    salt: str = ""
    rounds: int = 1
    items: tuple[Box, ...] = field(default=())

    def opened(self, values: Sequence[Value], right: Sequence[bool]) -> Iterator[Mapping[str, Any]]:
        """What is said of these values: of each mistake that explains all of them.

        Args:
            right: of each probe, whether its value is right.
        """
        for box in self.items:
            unchanged = zip(box.grids, right, strict=True)
            if all(fine for grid, fine in unchanged if grid is None):
                said = box.opened(values, self.salt, self.rounds)
                if said is not None:
                    yield said


def sealed(values: Sequence[Value], grids: Sequence[Grid], salt: str, rounds: int) -> str:
    """The tag of values that are right, or wrong in one way."""
    return _tag(_key(_wrote(values, grids), salt, rounds))


def boxed(
    said: Mapping[str, Any],
    values: Sequence[Value],
    grids: tuple[Grid | None, ...],
    salt: str,
    rounds: int,
) -> Box:
    """A box that these values open; those without a grid are not looked at."""
    looked_at = [
        (value, grid) for value, grid in zip(values, grids, strict=True) if grid is not None
    ]
    text = _wrote([value for value, _ in looked_at], [grid for _, grid in looked_at])
    key = _key(text, salt, rounds)
    return Box(grids, _tag(key), _mixed(json.dumps(said, sort_keys=True).encode(), key).hex())


def _wrote(values: Sequence[Value], grids: Sequence[Grid]) -> str:
    """Values as a text: words as they are, numbers by their buckets."""
    pieces = []
    for value, grid in zip(values, grids, strict=True):
        shifts = iter(grid)
        pieces.append([[_piece(item, shifts) for item in _leaves(value)], list(map(list, grid))])
    return json.dumps(pieces)


def _wrote_where(values: Sequence[Value], grids: Sequence[Grid | None]) -> str:
    """The values that have a grid."""
    pairs = zip(values, grids, strict=True)
    looked_at = [(value, grid) for value, grid in pairs if grid is not None]
    return _wrote([value for value, _ in looked_at], [grid for _, grid in looked_at])


def grid_of(value: Value, bounds: Sequence[float]) -> Grid:
    """The buckets of a value's numbers, each at the centre of one.

    Args:
        bounds: for each number, how far another may be from it; more than 0.
    """
    numbers = [item for item in _leaves(value) if isinstance(item, float)]
    return tuple(
        ((number - bound) % (2 * bound), 2 * bound)
        for number, bound in zip(numbers, bounds, strict=True)
    )


def _leaves(value: Value) -> Iterator[float | str]:
    """A value's numbers and, as texts, all else."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield key
            yield from _leaves(value[key])
    elif isinstance(value, frozenset):
        yield repr(sorted(map(repr, value)))
    elif isinstance(value, TensorState):
        yield from map(float, value.value.detach().flatten().tolist())
    elif isinstance(value, str):
        yield value.strip()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    else:
        yield repr(value)


def _piece(item: float | str, shifts: Iterator[tuple[float, float]]) -> str:
    if isinstance(item, str):
        return item
    begin, width = next(shifts, (0.0, 1.0))
    return str(math.floor((item - begin) / width)) if math.isfinite(item) else str(item)


@lru_cache(maxsize=256)
def _key(text: str, salt: str, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), bytes.fromhex(salt), rounds)


def _tag(key: bytes) -> str:
    return hmac.digest(key, b"tag", "sha256")[:_TAG].hex()


def _mixed(text: bytes, key: bytes) -> bytes:
    """The text with a stream that the key gives: once to seal, once more to open."""
    stream = hashlib.shake_256(key).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))
