"""The exact minimiser of a squared error, where there is exactly one."""

from __future__ import annotations

from collections.abc import Callable

import torch

from gradeprop.gradients.loops import flatten, shaped


def least_squares(
    predict: Callable[[tuple[torch.Tensor, ...]], torch.Tensor],
    y: torch.Tensor,
    start: tuple[torch.Tensor, ...],
) -> tuple[torch.Tensor, ...] | None:
    """Parameters that minimise ``sum((predict(params) - y)²)`` for a model linear in its parameters, by
    torch.linalg.lstsq on its Jacobian. All float64.

    None if the model is not linear, or if the minimiser is not unique (fewer independent samples than
    parameters).
    """
    flat = flatten(start)

    def model(vector: torch.Tensor) -> torch.Tensor:
        return predict(shaped(vector, start)).reshape(-1)

    with torch.no_grad():
        origin = model(torch.zeros_like(flat))
        columns = [
            model(unit) - origin for unit in torch.eye(flat.numel(), dtype=flat.dtype, device=flat.device)
        ]
        matrix = torch.stack(columns, dim=1)
        # Two points off the axes: a model that is not linear (affine) misses at least one.
        for scale in (1.7, -3.1):
            probe = scale * torch.cos(torch.arange(1, flat.numel() + 1, dtype=flat.dtype, device=flat.device))
            if not torch.allclose(model(probe), origin + matrix @ probe, rtol=1e-9, atol=1e-9):
                return None
        if int(torch.linalg.matrix_rank(matrix)) < flat.numel():
            return None
        target = (y.reshape(-1) - origin).unsqueeze(1)
        best: torch.Tensor = torch.linalg.lstsq(matrix, target).solution.squeeze(1)
    return shaped(best, start)
