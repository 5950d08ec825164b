"""A Hessian times a vector, by torch.autograd."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.derivatives import (
    floating_point,
    gradient,
    hessian,
    scalar_of,
)
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.quotients import Function
from gradeprop.gradients.problems.stated import Wrong, answers_of, listed


class HVP(Problem):
    """H·v with H[i, j] = ∂²f/∂x_i∂x_j at ``x = at``: how the gradient changes along ``v``.

    Computed in float64 on the device of ``at`` from `torch.autograd.functional.hessian`; the answer
    has the shape, dtype and device of ``at``. Students reach it without the matrix, as the gradient
    of (∇f · v) (B. A. Pearlmutter, Fast exact multiplication by the Hessian, 1994).

    Args:
        f: twice differentiable; takes the tensor and returns a tensor of one element.
        at: floating tensor of any shape.
        v: the direction, of the shape of ``at``.
        wrong: misconception id -> function(s) whose product it would be.

    Raises:
        ValueError: ``at`` is not floating, ``v`` has another shape, or f(x) has not one element.
    """

    def __init__(
        self, f: Function, at: torch.Tensor, v: torch.Tensor, *, wrong: Wrong | None = None
    ) -> None:
        self._dtype = at.dtype if isinstance(at, torch.Tensor) else torch.float64
        self._at = floating_point("HVP", at)
        self._v = floating_point("HVP", v)
        if self._v.shape != self._at.shape:
            raise ValueError(
                f"HVP: v has shape {tuple(self._v.shape)} but at has {tuple(self._at.shape)}"
            )
        self._f = scalar_of("HVP", f, self._at)
        self._wrong = listed(wrong)
        self.stated = frozenset(self._wrong)

    def answer(self) -> Answer:
        return self._times(self._table(self._f), self._v)

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones: those of ``wrong``; gradient_not_hessian, alone, times v
        element by element, and as the number ∇f · v; vector_ignored, for which v is all ones;
        diagonal_only; triangle_only, the upper and the lower one."""
        if name in self._wrong:
            return answers_of("HVP", name, self._wrong[name], self._of)
        if name == "gradient_not_hessian":
            slope = gradient(self._f, self._at)
            product = slope * self._v
            return [self._cast(item) for item in (slope, product, product.sum())]
        if name == "vector_ignored":
            return [self._times(self._table(self._f), torch.ones_like(self._v))]
        if name == "diagonal_only":
            diagonal = self._table(self._f).diagonal()
            return [self._cast(diagonal.reshape(self._at.shape) * self._v)]
        if name == "triangle_only":
            table = self._table(self._f)
            return [self._times(half, self._v) for half in (table.triu(), table.tril())]
        return super().mistake(name)

    def _of(self, function: Function) -> Answer:
        return self._times(self._table(scalar_of("HVP", function, self._at)), self._v)

    def _table(self, f: Function) -> torch.Tensor:
        """The matrix (n, n) for n inputs."""
        return hessian(f, self._at).reshape(self._at.numel(), self._at.numel())

    def _times(self, table: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return self._cast((table @ v.reshape(-1)).reshape(self._at.shape))

    def _cast(self, found: torch.Tensor) -> torch.Tensor:
        return found.detach().to(self._dtype)
