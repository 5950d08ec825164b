"""Training loops that go wrong in one place, run fast enough to try them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch

from gradeprop.gradients.loops.linear import Affine, probes
from gradeprop.gradients.loops.vectors import Params, array, close, flatten, points, shaped

Loss: TypeAlias = Callable[[Params], torch.Tensor]
Slopes: TypeAlias = Callable[[Params], Params]
_Vector: TypeAlias = Any
"""All parameters in one vector: torch's or numpy's, which have the same arithmetic."""


@dataclass(frozen=True)
class Loop:
    """``p <- p - lr * factor * slope`` with a twist.

    Attributes:
        factor: -1 climbs, 2 counts every gradient twice.
        accumulate: gradients pile up, on top of ``leftover`` if there is one.
        order: if given, parameters move one by one in this order, each by the slope at where the
            ones before it have already moved to.
        frozen: the number of a parameter that never moves.
    """

    factor: float = 1.0
    accumulate: bool = False
    leftover: Params = ()
    order: tuple[int, ...] = ()
    frozen: int = -1


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
        self._ground: _Ground
        if suspected is not None and _agree(slopes, suspected, start):
            self._ground = _Mapped(suspected, start)
        else:
            self._ground = _Differentiated(slopes, start)
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
        ground, point, size = self._ground, self._ground.start, lr * loop.factor
        held = ground.vector(loop.leftover) if loop.leftover else 0.0
        fixed = self._ranges[loop.frozen] if loop.frozen >= 0 else slice(0)
        # what diverges ends at inf or nan, as in torch without a word
        with np.errstate(all="ignore"):
            for _ in range(steps):
                for index in loop.order:
                    where, slope = self._ranges[index], ground.slope(point)
                    point = point + 0.0  # a copy
                    point[where] -= size * slope[where]
                if not loop.order:
                    slope = ground.slope(point)
                    if loop.accumulate:
                        held = held + slope
                        slope = held
                    point = point - size * slope
                point[fixed] = ground.start[fixed]
        return ground.params(point)


class Trail:
    """The parameters before the first step of plain descent and after each; steps are made when
    first asked about."""

    def __init__(self, ground: _Ground, lr: float) -> None:
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


def slopes_of(loss: Loss) -> Slopes:
    """dL/dp for each parameter, by autograd; zeros where the loss does not depend on it."""

    def slopes(params: Params) -> Params:
        with torch.inference_mode(False), torch.enable_grad():
            leaves = tuple(item.detach().clone().requires_grad_() for item in params)
            found = torch.autograd.grad(loss(leaves), leaves, allow_unused=True)
        return tuple(
            torch.zeros_like(leaf) if slope is None else slope
            for slope, leaf in zip(found, leaves, strict=True)
        )

    return slopes


class _Ground(Protocol):
    """What is walked on: slopes at points that are vectors of some library."""

    like: Params
    start: _Vector

    def slope(self, point: _Vector) -> _Vector: ...

    def vector(self, params: Sequence[torch.Tensor]) -> _Vector: ...

    def params(self, point: _Vector) -> Params: ...


class _Differentiated:
    """Slopes by autograd, where the parameters live."""

    def __init__(self, slopes: Slopes, start: Params) -> None:
        self._slopes = slopes
        self._first: torch.Tensor | None = None
        self.like = start
        self.start: _Vector = flatten(start)

    def slope(self, point: _Vector) -> _Vector:
        if point is not self.start:
            return flatten(self._slopes(shaped(point, self.like)))
        if self._first is None:  # every loop begins here
            self._first = flatten(self._slopes(self.like))
        return self._first

    def vector(self, params: Sequence[torch.Tensor]) -> _Vector:
        return flatten(params)

    def params(self, point: _Vector) -> Params:
        return shaped(point, self.like)


class _Mapped:
    """Slopes by a matrix, on the CPU: of a few parameters numpy makes a step in a few
    microseconds."""

    def __init__(self, slopes: Affine, start: Params) -> None:
        self.slope = slopes.at
        self.like = start
        self.start: _Vector = array(start)

    def vector(self, params: Sequence[torch.Tensor]) -> _Vector:
        return array(params)

    def params(self, point: _Vector) -> Params:
        return shaped(torch.from_numpy(point).to(self.like[0].device), self.like)


def _agree(slopes: Slopes, suspected: Affine, start: Params) -> bool:
    """Whether the slopes are what they should be, far off the axes."""
    probe = probes(len(suspected.offset))[1]
    seen = array(slopes(points(probe[None], start)[0]))
    return close(seen, suspected.at(probe), rtol=1e-11, atol=1e-11 * float(np.abs(seen).max()))
