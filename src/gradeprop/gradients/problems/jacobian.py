"""All first derivatives of a function with several outputs, by torch.autograd."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.derivatives import floating_point, jacobian
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.quotients import Function
from gradeprop.gradients.problems.stated import Wrong, answers_of, listed


class Jacobian(Problem):
    """J[i, j] = ∂f_i/∂x_j at ``x = at``: a row for each output, a column for each input.

    Computed in float64 on the device of ``at`` by `torch.autograd.functional.jacobian`; the answer
    has the shape of f(x) followed by that of ``at``, and the dtype and device of ``at``.

    Args:
        f: differentiable; takes the tensor and returns a tensor of any shape.
        at: floating tensor of any shape.
        wrong: misconception id -> function(s) whose Jacobian it would be.

    Raises:
        ValueError: ``at`` is not floating, or f(x) is no tensor.
    """

    def __init__(self, f: Function, at: torch.Tensor, *, wrong: Wrong | None = None) -> None:
        self._f = f
        self._dtype = at.dtype if isinstance(at, torch.Tensor) else torch.float64
        self._at = floating_point("Jacobian", at)
        self._wrong = listed(wrong)
        self.stated = frozenset(self._wrong)
        with torch.no_grad():
            self._value = f(self._at.clone())
        if not isinstance(self._value, torch.Tensor):
            raise ValueError(f"Jacobian: f(x) must be a tensor, not {type(self._value).__name__}")

    def answer(self) -> Answer:
        return self._cast(jacobian(self._f, self._at))

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones (``transposed`` among them): those of ``wrong``;
        value_not_gradient; summed_over_outputs, which is what ``backward(ones)`` leaves;
        summed_over_inputs; diagonal_only, as a matrix and as a vector."""
        if name in self._wrong:
            return answers_of("Jacobian", name, self._wrong[name], self._of)
        if name == "value_not_gradient":
            return [self._cast(self._value)]
        if name == "summed_over_outputs":
            return [self._cast(self._table().sum(0).reshape(self._at.shape))]
        if name == "summed_over_inputs":
            return [self._cast(self._table().sum(1).reshape(self._value.shape))]
        if name == "diagonal_only":
            return self._diagonals()
        return super().mistake(name)

    def _of(self, function: Function) -> Answer:
        return self._cast(jacobian(function, self._at))

    def _table(self) -> torch.Tensor:
        """The matrix, of as many rows as there are outputs and as many columns as inputs."""
        return jacobian(self._f, self._at).reshape(self._value.numel(), self._at.numel())

    def _diagonals(self) -> list[Answer]:
        table = self._table()
        if table.shape[0] != table.shape[1]:
            return []
        shape = (*self._value.shape, *self._at.shape)
        matrix = torch.diag(table.diagonal()).reshape(shape)
        return [self._cast(matrix), self._cast(table.diagonal().reshape(self._at.shape))]

    def _cast(self, found: torch.Tensor) -> torch.Tensor:
        return found.detach().to(self._dtype)
