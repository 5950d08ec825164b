"""A loop around an optimizer of torch.optim, right or wrong in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch

from gradeprop.gradients.loops.ground import Loss
from gradeprop.gradients.loops.vectors import Params

__all__ = ["Make", "Stepping", "float64"]

Make: TypeAlias = Callable[[list[torch.Tensor]], torch.optim.Optimizer]
"""Makes the optimizer of its parameters."""


@dataclass(frozen=True)
class Stepping:
    """``zero_grad()``, ``backward()``, ``step()``, ``steps`` times; a field for each thing that can
    be otherwise.

    Attributes:
        losses: one for each step; begun again where there are more steps.
        zero: whether gradients are cleared before each backward.
        cleared: what becomes of them between backward and step, if they are cleared there.
        stale: every step goes by the gradient of the start.
        frozen: number of the parameter that no gradient reaches.
        renewed: whether each step has an optimizer of its own, without memory.
        factor: what the gradients are multiplied by.
        leftover: gradients that the parameters bring along.
    """

    make: Make
    losses: Sequence[Loss]
    steps: int
    zero: bool = True
    cleared: Literal["none", "zeros"] | None = None
    stale: bool = False
    frozen: int | None = None
    renewed: bool = False
    factor: float = 1.0
    leftover: Params = ()

    def trail(self, start: Params) -> list[Params]:
        """The parameters before each step, and at last those after all of them."""
        with torch.inference_mode(False), torch.enable_grad():
            params = [item.clone().requires_grad_() for item in start]
            for param, grad in zip(params, self.leftover, strict=False):
                param.grad = grad.clone()
            return self._walk(params)

    def _walk(self, params: list[torch.Tensor]) -> list[Params]:
        optimizer = self.make(params)
        trail = [_copies(params)]
        first: list[torch.Tensor] = []
        for step in range(self.steps):
            if self.renewed:
                optimizer = self.make(params)
            if not (self.stale and first):
                self._backward(params, step)
            first = first or [_gradient_of(item) for item in params]
            self._spoil(params, first)
            optimizer.step()
            trail.append(_copies(params))
        return trail

    def _backward(self, params: list[torch.Tensor], step: int) -> None:
        """One backward pass through the loss of a step."""
        if self.zero:
            for param in params:
                param.grad = None
        loss = self.losses[step % len(self.losses)](tuple(params))
        (self.factor * loss.sum()).backward()  # type: ignore[no-untyped-call]

    def _spoil(self, params: list[torch.Tensor], first: list[torch.Tensor]) -> None:
        """What happens to gradients between backward and step."""
        if self.stale:
            for param, grad in zip(params, first, strict=True):
                param.grad = grad.clone()
        if self.frozen is not None:
            params[self.frozen].grad = None
        if self.cleared is not None:
            for param in params:
                param.grad = None if self.cleared == "none" else torch.zeros_like(param)


def float64(items: Sequence[torch.Tensor]) -> Params:
    """Detached float64 copies, where the items live."""
    with torch.inference_mode(False):
        return tuple(item.detach().to(torch.float64, copy=True) for item in items)


def _copies(params: list[torch.Tensor]) -> Params:
    return tuple(item.detach().clone() for item in params)


def _gradient_of(param: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(param) if param.grad is None else param.grad.detach().clone()
