"""The gradient of a sampled field, by torch.gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.problem import Problem

_Edge: TypeAlias = Literal["repeat", "zero", "wrap", "short"]
_EDGES: tuple[_Edge, ...] = get_args(_Edge)
"""What becomes of the slope that has no neighbour: it repeats the nearest one, is 0, wraps round to
the other side, or is left out."""


class Field(Problem):
    """One tensor of slopes per axis, each like ``values``: central differences inside, one-sided at
    the edges (``torch.gradient`` with ``edge_order=1``), computed in float64 and cast back.

    Args:
        values: floating tensor; every axis has at least two samples. For a matrix the answer is
            ``(d_row, d_col)``: the slope from row to row, then from column to column.
        spacing: distance between neighbours on every axis, in the unit of length.
        labels: names of the axes' slopes; ``("d_row", "d_col")`` by default for a matrix.

    Raises:
        ValueError: fewer than two samples on an axis, or a spacing that is not greater than 0.
    """

    def __init__(
        self,
        values: torch.Tensor,
        spacing: float | torch.Tensor = 1.0,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._dtype = values.dtype
        self._values = values.detach().to(torch.float64)
        self._spacing = float(spacing)
        if not self._values.dim() or min(self._values.shape) < 2:
            raise ValueError("Field: every axis of values needs at least two samples")
        if not self._spacing > 0:
            raise ValueError(f"Field: spacing must be greater than 0, not {self._spacing}")
        self.labels = labels or (("d_row", "d_col") if values.dim() == 2 else ())

    def answer(self) -> Answer:
        return self._cast(torch.gradient(self._values, spacing=self._spacing))

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones: one_sided_difference, with everything that becomes of the edge;
        not_divided_by_step; missing_half, inside the field only."""
        if name == "one_sided_difference":
            found: list[Answer] = []
            for forward in (True, False):
                for edge in _EDGES:
                    steps = self._one_sided(forward, edge)
                    found.append(self._cast([step / self._spacing for step in steps]))
            return found
        if name == "not_divided_by_step":
            right = torch.gradient(self._values, spacing=1.0)
            return [
                self._cast(right),  # the spacing ignored
                self._cast(self._inside(1.0, 1.0)),  # nothing divided at all
                self._cast([slope * self._spacing for slope in right]),  # multiplied instead
            ]
        if name == "missing_half":
            return [self._cast(self._inside(self._spacing, self._spacing))]
        return super().mistake(name)

    def _cast(self, slopes: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return tuple(slope.to(self._dtype) for slope in slopes)

    def _inside(self, inside: float, edge: float) -> list[torch.Tensor]:
        """Differences over two cells divided by ``inside``, those at the edges by ``edge``."""
        found = []
        for axis in range(self._values.dim()):
            steps = torch.diff(self._values, dim=axis)
            count = steps.shape[axis]
            first, last = steps.narrow(axis, 0, 1), steps.narrow(axis, count - 1, 1)
            double = steps.narrow(axis, 0, count - 1) + steps.narrow(axis, 1, count - 1)
            found.append(torch.cat([first / edge, double / inside, last / edge], dim=axis))
        return found

    def _one_sided(self, forward: bool, edge: _Edge) -> list[torch.Tensor]:
        """Neighbour differences, forwards or backwards, along each axis."""
        found = []
        for axis in range(self._values.dim()):
            steps = torch.diff(self._values, dim=axis)
            nearest = steps.narrow(axis, -1 if forward else 0, 1)
            if edge == "short":
                found.append(steps)
                continue
            if edge == "wrap":
                missing = self._values.narrow(axis, 0, 1) - self._values.narrow(axis, -1, 1)
            elif edge == "repeat":
                missing = nearest
            else:
                missing = nearest * 0.0
            found.append(torch.cat([steps, missing] if forward else [missing, steps], dim=axis))
        return found
