"""The exact minimiser of a squared error, where there is exactly one."""

from __future__ import annotations

import numpy as np

from gradeprop.gradients.loops.linear import Affine
from gradeprop.gradients.loops.vectors import Array


def least_squares(model: Affine, targets: Array) -> Array | None:
    """The parameters ``p`` that minimise ``sum((model(p) - targets)²)``, by numpy.linalg.lstsq.

    None if there are several (fewer independent samples than parameters).
    """
    best, _, rank, _ = np.linalg.lstsq(model.matrix, targets - model.offset, rcond=None)
    return np.asarray(best, np.float64) if int(rank) == model.matrix.shape[1] else None
