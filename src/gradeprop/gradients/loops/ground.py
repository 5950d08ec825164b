"""What a loop walks on: the slopes at a point, by autograd or by a matrix that agrees with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch

from gradeprop.gradients.loops.linear import Affine, probes
from gradeprop.gradients.loops.vectors import Params, array, close, flatten, points, shaped

Loss: TypeAlias = Callable[[Params], torch.Tensor]
Slopes: TypeAlias = Callable[[Params], Params]
Vector: TypeAlias = Any
"""All parameters in one vector: torch's or numpy's, which have the same arithmetic."""


class Ground(Protocol):
    """Slopes at points that are vectors of some library."""

    like: Params
    start: Vector

    def slope(self, point: Vector) -> Vector: ...

    def vector(self, params: Sequence[torch.Tensor]) -> Vector: ...

    def params(self, point: Vector) -> Params: ...


def ground_of(slopes: Slopes, start: Params, suspected: Affine | None) -> Ground:
    """``suspected`` where ``slopes`` agree with it, else ``slopes`` themselves."""
    if suspected is not None and _agree(slopes, suspected, start):
        return _Mapped(suspected, start)
    return _Differentiated(slopes, start)


def slopes_of(loss: Loss) -> Slopes:
    """dL/dp for each parameter, by autograd; zeros where the loss does not depend on it."""

    def slopes(params: Params) -> Params:
        with torch.inference_mode(False), torch.enable_grad():
            leaves = tuple(item.detach().clone().requires_grad_() for item in params)
            found = torch.autograd.grad(loss(leaves), leaves, allow_unused=True)
        pairs = zip(found, leaves, strict=True)
        return tuple(torch.zeros_like(leaf) if slope is None else slope for slope, leaf in pairs)

    return slopes


class _Differentiated:
    """Slopes by autograd, where the parameters live."""

    def __init__(self, slopes: Slopes, start: Params) -> None:
        self._slopes = slopes
        self._first: torch.Tensor | None = None
        self.like = start
        self.start: Vector = flatten(start)

    def slope(self, point: Vector) -> Vector:
        if point is not self.start:
            return flatten(self._slopes(shaped(point, self.like)))
        if self._first is None:  # every loop begins here
            self._first = flatten(self._slopes(self.like))
        return self._first

    def vector(self, params: Sequence[torch.Tensor]) -> Vector:
        return flatten(params)

    def params(self, point: Vector) -> Params:
        return shaped(point, self.like)


class _Mapped:
    """Slopes by a matrix, on the CPU: for a few parameters numpy makes a step in microseconds."""

    def __init__(self, slopes: Affine, start: Params) -> None:
        self.slope = slopes.at
        self.like = start
        self.start: Vector = array(start)

    def vector(self, params: Sequence[torch.Tensor]) -> Vector:
        return array(params)

    def params(self, point: Vector) -> Params:
        return shaped(torch.from_numpy(point).to(self.like[0].device), self.like)


def _agree(slopes: Slopes, suspected: Affine, start: Params) -> bool:
    """Whether the slopes are what they should be, far off the axes."""
    probe = probes(len(suspected.offset))[1]
    (point,) = points(probe[None], start)
    seen = array(slopes(point))
    largest = float(np.abs(seen).max())
    return close(seen, suspected.at(probe), rtol=1e-11, atol=1e-11 * largest)
