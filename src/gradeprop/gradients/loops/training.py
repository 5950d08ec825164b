"""What the right loop and all wrong ones share: model, data, loss, and how to walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import torch

from gradeprop.gradients.answer import Answer, mapped
from gradeprop.gradients.loops.ground import Loss, Slopes, slopes_of
from gradeprop.gradients.loops.linear import Affine, linear_model
from gradeprop.gradients.loops.vectors import Array, Params, array
from gradeprop.gradients.loops.walker import Loop, Trail, Walker

Predict: TypeAlias = Callable[[Params, torch.Tensor], torch.Tensor]
Returns: TypeAlias = Callable[[Params, Loss], Answer]

# parameters of a model whose loops are followed by a matrix: with more, finding it takes too long
_MOST = 200
_LARGEST = 10_000_000  # numbers in that matrix: 80 MB


@dataclass(frozen=True, eq=False)
class Training:
    """A model and the data that it is fitted to, step by step. All tensors are float64.

    Attributes:
        predict: from the parameters and ``x`` to numbers of the shape of ``y``.
        x, y: inputs and targets.
        start: the parameters at first.
        leftover: ``.grad`` that they bring along; empty if none.
        lr, steps: step size and number of steps.
        mean: whether the loss is the mean of the squared errors, or else their sum.
        factor: what that is multiplied by.
        returns: what the student returns, from the final parameters and the loss.
        dtype: of the floating tensors that are returned.
    """

    predict: Predict
    x: torch.Tensor
    y: torch.Tensor
    start: Params
    leftover: Params
    lr: float
    steps: int
    mean: bool
    factor: float
    returns: Returns
    dtype: torch.dtype

    def loss(self, params: Params) -> torch.Tensor:
        """The loss, of shape ()."""
        return self.reduced((self.predict(params, self.x) - self.y) ** 2)

    def reduced(self, squares: torch.Tensor) -> torch.Tensor:
        """The loss from squared errors of any shape."""
        return self.factor * (squares.mean() if self.mean else squares.sum())

    def report(self, params: Params, loss: Loss) -> Answer:
        """What a student returns who ends at ``params`` and computes ``loss``."""
        with torch.no_grad():
            answer = self.returns(params, loss)
        return mapped(answer, torch.Tensor.detach, lambda value: value, dtype=self.dtype)

    def run(self, loop: Loop, walker: Walker | None = None) -> Params:
        """The final parameters of a loop; by ``walker`` instead of the right slopes."""
        return (walker or self.right_walker).walk(loop, lr=self.lr, steps=self.steps)

    def after(self, loop: Loop, walker: Walker | None = None) -> Answer:
        """What is returned after a loop, with the right loss."""
        return self.report(self.run(loop, walker), self.loss)

    def walker(self, slopes: Slopes, suspected: Callable[[Affine], Affine | None]) -> Walker:
        """Walks by these slopes, which for a linear model should be ``suspected`` of it."""
        count = sum(item.numel() for item in self.start)
        few = count <= _MOST and 0 < count * self.y.numel() <= _LARGEST
        # One step costs less by autograd than by a matrix that must be found first.
        model = self.model if few and self.steps > 1 else None
        return Walker(slopes, self.start, model and suspected(model))

    @cached_property
    def right_walker(self) -> Walker:
        """Walks by the right slopes, which are torch.autograd's."""

        def suspected(model: Affine) -> Affine:
            return model.slopes(self.targets, self.scale)

        return self.walker(slopes_of(self.loss), suspected)

    @cached_property
    def trail(self) -> Trail:
        """Parameters before the first step, after it, … and after one step too many."""
        return self.right_walker.trail(self.lr)

    @cached_property
    def model(self) -> Affine | None:
        """The predictions from the flattened parameters, if they are linear in them."""
        return linear_model(lambda params: self.predict(params, self.x), self.start)

    @cached_property
    def targets(self) -> Array:
        """``y`` in one vector."""
        return array((self.y,))

    @property
    def scale(self) -> float:
        """What the sum of the squared errors is multiplied by."""
        return self.factor / self.y.numel() if self.mean else self.factor
