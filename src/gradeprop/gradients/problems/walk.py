"""The way that a descent in two numbers takes, and the ground that it runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Walk"]


@dataclass(frozen=True)
class Walk:
    """Attributes:

    after: where the right descent is after so many steps, from 0 to ``steps``.
    steps: how many it takes.
    loss: of any two numbers.
    """

    after: Callable[[int], tuple[float, float]]
    steps: int
    loss: Callable[[float, float], float]
