"""Training loops that go wrong in one place, run fast enough to try them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

Params: TypeAlias = tuple[torch.Tensor, ...]
Loss: TypeAlias = Callable[[Params], torch.Tensor]
Slopes: TypeAlias = Callable[[Params], Params]
_FlatSlopes: TypeAlias = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Loop:
    """``p <- p - lr * factor * slope`` with a twist.

    Attributes:
        factor: -1 climbs, 2 counts every gradient twice.
        accumulate: gradients pile up, on top of ``leftover`` if there is one.
        order: if given, parameters move one by one in this order, each by the slope at where the ones
            before it have already moved to.
        frozen: the number of a parameter that never moves.
    """

    factor: float = 1.0
    accumulate: bool = False
    leftover: Params = ()
    order: tuple[int, ...] = ()
    frozen: int = -1


class Walker:
    """Runs loops over one slope function. All tensors are float64.

    Where the slopes are affine in the parameters (every squared error of a linear model) they are
    measured once and then followed by a matrix, some twenty times faster than by autograd.
    """

    def __init__(self, slopes: Slopes, start: Params) -> None:
        self._start = start
        flat = flatten(start)

        def through_autograd(vector: torch.Tensor) -> torch.Tensor:
            return flatten(slopes(shaped(vector, start)))

        self._slopes: _FlatSlopes = _affine(through_autograd, flat) or through_autograd
        self._ranges: list[slice] = []
        for item in start:
            first = self._ranges[-1].stop if self._ranges else 0
            self._ranges.append(slice(first, first + item.numel()))

    @torch.no_grad()
    def path(self, *, lr: float, steps: int) -> list[Params]:
        """The parameters before the first step of plain descent and after each."""
        point = flatten(self._start)
        path = [self._start]
        for _ in range(steps):
            point = point - lr * self._slopes(point)
            path.append(shaped(point, self._start))
        return path

    @torch.no_grad()
    def walk(self, loop: Loop, *, lr: float, steps: int) -> Params:
        """The parameters after ``steps`` steps."""
        point = flatten(self._start).clone()
        held = flatten(loop.leftover) if loop.leftover else torch.zeros_like(point)
        size = torch.full_like(point, lr * loop.factor)
        if loop.frozen >= 0:
            size[self._ranges[loop.frozen]] = 0
        for _ in range(steps):
            if loop.order:
                for index in loop.order:
                    where = self._ranges[index]
                    point[where] -= size[where] * self._slopes(point)[where]
                continue
            slope = self._slopes(point)
            if loop.accumulate:
                held = held + slope
                slope = held
            point = point - size * slope
        return shaped(point, self._start)


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


def flatten(params: Sequence[torch.Tensor]) -> torch.Tensor:
    """All parameters in one vector."""
    return torch.cat([item.reshape(-1) for item in params])


def shaped(vector: torch.Tensor, like: Params) -> Params:
    """Inverse of :func:`flatten`."""
    parts = torch.split(vector, [item.numel() for item in like])
    return tuple(part.reshape(item.shape) for part, item in zip(parts, like, strict=True))


def _affine(slopes: _FlatSlopes, start: torch.Tensor) -> _FlatSlopes | None:
    """``slopes`` as ``H p + c``, or None if that is not what it is."""
    count = start.numel()
    if count > 200:
        return None
    offset = slopes(torch.zeros_like(start))
    units = torch.eye(count, dtype=start.dtype, device=start.device)
    matrix = torch.stack([slopes(unit) - offset for unit in units], dim=1)
    for scale in (1.7, -3.1):  # off the axes, at two distances
        probe = scale * torch.cos(torch.arange(1, count + 1, dtype=start.dtype, device=start.device))
        seen, told = slopes(probe), matrix @ probe + offset
        if not torch.allclose(seen, told, rtol=1e-11, atol=1e-11 * float(seen.abs().max())):
            return None
    return lambda point: torch.addmv(offset, matrix, point)
