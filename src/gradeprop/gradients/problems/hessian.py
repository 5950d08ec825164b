"""All second derivatives of a scalar function, by torch.autograd."""

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


class Hessian(Problem):
    """H[i, j] = ∂²f/∂x_i∂x_j at ``x = at``.

    Computed in float64 on the device of ``at`` by `torch.autograd.functional.hessian`; the answer
    has the shape of ``at`` twice over (n, n for a vector), and its dtype and device.

    Args:
        f: twice differentiable; takes the tensor and returns a tensor of one element.
        at: floating tensor of any shape.
        wrong: misconception id -> function(s) whose Hessian it would be.

    Raises:
        ValueError: ``at`` is not floating, or f(x) has not one element.
    """

    def __init__(self, f: Function, at: torch.Tensor, *, wrong: Wrong | None = None) -> None:
        self._dtype = at.dtype if isinstance(at, torch.Tensor) else torch.float64
        self._at = floating_point("Hessian", at)
        self._f = scalar_of("Hessian", f, self._at)
        self._wrong = listed(wrong)
        self.stated = frozenset(self._wrong)

    def answer(self) -> Answer:
        return self._cast(hessian(self._f, self._at))

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones: those of ``wrong``; gradient_not_hessian; diagonal_only, as a
        matrix and as a vector; triangle_only, the upper and the lower one; summed_over_inputs,
        which is what a second ``backward`` through the sum of the gradient leaves."""
        if name in self._wrong:
            return answers_of("Hessian", name, self._wrong[name], self._of)
        if name == "gradient_not_hessian":
            return [self._cast(gradient(self._f, self._at))]
        if name == "diagonal_only":
            diagonal = self._table().diagonal()
            matrix = torch.diag(diagonal).reshape(*self._at.shape, *self._at.shape)
            return [self._cast(matrix), self._cast(diagonal.reshape(self._at.shape))]
        if name == "triangle_only":
            halves = (self._table().triu(), self._table().tril())
            return [self._cast(half.reshape(*self._at.shape, *self._at.shape)) for half in halves]
        if name == "summed_over_inputs":
            return [self._cast(self._table().sum(1).reshape(self._at.shape))]
        return super().mistake(name)

    def _of(self, function: Function) -> Answer:
        return self._cast(hessian(scalar_of("Hessian", function, self._at), self._at))

    def _table(self) -> torch.Tensor:
        """The matrix (n, n) for n inputs."""
        return hessian(self._f, self._at).reshape(self._at.numel(), self._at.numel())

    def _cast(self, found: torch.Tensor) -> torch.Tensor:
        return found.detach().to(self._dtype)
