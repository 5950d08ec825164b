"""Training loops that go wrong in one place, run fast enough to try them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from gradeprop.gradients.loops.ground import Ground, Slopes, Vector, ground_of
from gradeprop.gradients.loops.linear import Affine
from gradeprop.gradients.loops.vectors import Params


@dataclass(frozen=True)
class Loop:
    """``p <- p - lr * factor * slope`` with a twist.

    Attributes:
        factor: -1 climbs, 2 counts every gradient twice.
        accumulate: gradients pile up, on top of ``leftover`` if there is one.
        order: if given, parameters move one by one in this order, each by the slope at where the
            ones before it have already moved to.
        frozen: the number of a parameter that never moves.
        stale: the slope is taken once, before the first step.
    """

    factor: float = 1.0
    accumulate: bool = False
    leftover: Params = ()
    order: tuple[int, ...] = ()
    frozen: int = -1
    stale: bool = False


class Walker:
    """Runs loops over one slope function. All tensors are float64.

    Args:
        slopes: dL/dp for each parameter, by autograd.
        start: the parameters at first.
        suspected: what the slopes should be if they are affine in the parameters, as those of every
            squared error of a linear model are. Where ``slopes`` agrees, off the axes, this is
            followed in its place: some fifty times faster.
    """

    def __init__(self, slopes: Slopes, start: Params, suspected: Affine | None = None) -> None:
        self._ground = ground_of(slopes, start, suspected)
        self._ranges: list[slice] = []
        for item in start:
            first = self._ranges[-1].stop if self._ranges else 0
            self._ranges.append(slice(first, first + item.numel()))

    def trail(self, lr: float) -> Trail:
        """Plain descent."""
        return Trail(self._ground, lr)

    @torch.no_grad()
    def walk(self, loop: Loop, *, lr: float, steps: int) -> Params:
        """The parameters after ``steps`` steps."""
        ground = self._ground
        size = lr * loop.factor
        held = ground.vector(loop.leftover) if loop.leftover else 0.0
        fixed = self._ranges[loop.frozen] if loop.frozen >= 0 else slice(0)
        point = ground.start
        with np.errstate(all="ignore"):  # what diverges ends at inf or nan, in silence as in torch
            for _ in range(steps):
                if loop.order:
                    point = self._one_by_one(point, loop.order, size)
                else:
                    slope = ground.slope(ground.start if loop.stale else point)
                    if loop.accumulate:
                        held = held + slope
                        slope = held
                    point = point - size * slope
                point[fixed] = ground.start[fixed]
        return ground.params(point)

    def _one_by_one(self, point: Vector, order: tuple[int, ...], size: float) -> Vector:
        """One step of each parameter, the next by the slope at where this one has gone."""
        for index in order:
            where, slope = self._ranges[index], self._ground.slope(point)
            point = point + 0.0  # a copy
            point[where] -= size * slope[where]
        return point


class Trail:
    """The parameters before plain descent and after each step, which is made when asked for."""

    def __init__(self, ground: Ground, lr: float) -> None:
        self._ground, self._lr = ground, lr
        self._points = [ground.start]

    @torch.no_grad()
    def __getitem__(self, steps: int) -> Params:
        """The parameters after ``steps`` steps (0 or more)."""
        with np.errstate(all="ignore"):
            while len(self._points) <= steps:
                last = self._points[-1]
                self._points.append(last - self._lr * self._ground.slope(last))
        return self._ground.params(self._points[steps])
