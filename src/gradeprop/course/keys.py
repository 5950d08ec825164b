"""How a part or a check is named wherever something is said of it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CheckKey", "PartKey"]


class PartKey(NamedTuple):
    """A part of an assignment; equal to the plain pair of its names."""

    exercise: str
    part: str


class CheckKey(NamedTuple):
    """A check of an assignment; equal to the plain triple of its names."""

    exercise: str
    part: str
    check: str
