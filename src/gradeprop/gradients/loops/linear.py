"""Models that are linear in their parameters: found by trying, then no longer run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from gradeprop.gradients.loops.vectors import Array, Params, array, close, points


@dataclass(frozen=True, eq=False)
class Affine:
    """``matrix @ p + offset`` of the flattened parameters.

    Attributes:
        matrix: (m, n), for n parameters.
        offset: (m,).
    """

    matrix: Array
    offset: Array

    def at(self, point: Array) -> Array:
        """The m numbers at a point of n."""
        found: Array = self.matrix.dot(point) + self.offset
        return found

    def slopes(self, targets: Array, scale: float, pull: Affine | None = None) -> Affine:
        """The slopes of ``scale * sum((self - targets)²)``, that is
        ``2 * scale * matrixᵀ (self - targets)``.

        Args:
            pull: the model whose matrix takes the errors back instead of this one's.
        """
        back = 2.0 * scale * (pull or self).matrix.T
        return Affine(back @ self.matrix, back @ (self.offset - targets))


def linear_model(predict: Callable[[Params], torch.Tensor], start: Params) -> Affine | None:
    """What ``predict`` makes of the flattened parameters, a row for each of its numbers.

    None if it is not linear (affine) in them at ``start`` and at `probes`. All float64, on any
    device.
    """
    count = sum(item.numel() for item in start)
    # The origin and a step along each axis tell the model; the rest tell whether it is one.
    basis = np.concatenate([np.zeros((1, count)), np.eye(count)])
    checked = np.concatenate([probes(count), array(start)[None]])
    tried = points(np.concatenate([basis, checked]), start)
    with torch.no_grad():
        outputs = torch.stack([predict(point).reshape(-1) for point in tried])
    seen: Array = outputs.cpu().numpy()
    with np.errstate(all="ignore"):  # what is not finite is not linear either
        origin = seen[0]
        columns = seen[1 : count + 1] - origin
        linear = close(seen[count + 1 :], checked @ columns + origin, rtol=1e-9, atol=1e-9)
    return Affine(columns.T, origin) if linear else None


def probes(count: int) -> Array:
    """Two points off the axes, on either side of the origin: one at least shows what is bent."""
    return np.outer((1.7, -3.1), np.cos(np.arange(1, count + 1)))
