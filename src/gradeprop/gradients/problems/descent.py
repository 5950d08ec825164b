"""Gradient descent on a squared error, by torch.autograd, and what goes wrong in the loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.loops.ground import Loss
from gradeprop.gradients.loops.training import Predict, Returns, Training
from gradeprop.gradients.loops.vectors import Params
from gradeprop.gradients.loops.wrong import WRONG
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.walk import Walk


class Descent(Problem):
    """What ``steps`` steps of plain gradient descent make of the parameters:
    ``p <- p - lr * dL/dp`` with ``L = factor * reduction((predict(params, x) - y)²)``.

    Everything is float64. The slopes are torch.autograd's on the device of ``x``; for a model that
    is linear in its parameters a matrix with which autograd agrees stands for them in loops of
    several steps. Floating tensors of the answer are cast to the dtype of ``x`` (if x holds
    integers: of the first parameter).

    Args:
        predict: ``predict(params, x)`` -> a tensor of y's shape. It must not broadcast against y.
        x, y: inputs and targets of any shape.
        start: the parameters at first, a list of tensors; ``[w]`` for one.
        lr, steps: step size and number of steps (0 or more).
        reduction: ``"mean"`` or ``"sum"`` over all elements.
        factor: 1, or 0.5 for a loss with a ½.
        returns: what the student returns, from the final parameters and the loss (a function of the
            parameters, 0-d); the parameters themselves by default, one alone without a tuple. Use
            ``.item()`` for Python numbers.
        leftover: ``.grad`` that the parameters bring along from before, which a right answer
            zeroes.
        labels: names of the items of a tuple answer.

    Raises:
        ValueError: predict's shape is not y's, start is one tensor, steps is negative, or reduction
            unknown.
    """

    def __init__(
        self,
        predict: Predict,
        x: torch.Tensor,
        y: torch.Tensor,
        start: Sequence[torch.Tensor],
        *,
        lr: float,
        steps: int,
        reduction: Literal["mean", "sum"] = "mean",
        factor: float = 1.0,
        returns: Returns | None = None,
        leftover: Sequence[torch.Tensor] = (),
        labels: tuple[str, ...] = (),
    ) -> None:
        if isinstance(start, torch.Tensor):  # its elements would be taken for the parameters
            raise ValueError("Descent: start must be a list of tensors; write [w] for one")
        with torch.inference_mode(False):  # copies that autograd may use
            inputs, targets = _float64((x, y))
            first, grads = _float64(start), _float64(leftover)
        self._training = Training(
            predict=predict,
            x=inputs,
            y=targets,
            start=first,
            leftover=grads,
            lr=float(lr),
            steps=int(steps),
            mean=reduction == "mean",
            factor=float(factor),
            returns=returns or _parameters,
            dtype=x.dtype if x.dtype.is_floating_point else start[0].dtype,
        )
        self.labels = labels
        if reduction not in ("mean", "sum"):
            raise ValueError(f"Descent: reduction must be 'mean' or 'sum', not {reduction!r}")
        if self._training.steps < 0:
            raise ValueError(f"Descent: steps must be 0 or more, not {steps}")
        shape = tuple(predict(first, inputs).shape)
        if shape != tuple(targets.shape):
            raise ValueError(
                f"Descent: predict gives shape {shape} but y has {tuple(targets.shape)}"
            )
        self._found: dict[str, list[Answer]] = {}

    def answer(self) -> Answer:
        training = self._training
        return training.report(training.trail[training.steps], training.loss)

    def walk(self) -> Walk | None:
        """Where two numbers are fitted and returned as they are."""
        training = self._training
        if len(_numbers(training.start)) != 2:
            return None

        def after(steps: int) -> tuple[float, float]:
            first, second = _numbers(training.trail[steps])
            return first, second

        def loss(first: float, second: float) -> float:
            flat = torch.tensor([first, second], dtype=torch.float64, device=training.x.device)
            sizes = [item.numel() for item in training.start]
            pieces = zip(torch.split(flat, sizes), training.start, strict=True)
            with torch.no_grad():
                return float(
                    training.loss(tuple(piece.reshape(like.shape) for piece, like in pieces))
                )

        told = _numbers(self.answer())
        near = torch.allclose(torch.tensor(told), torch.tensor(after(training.steps)), rtol=1e-2)
        return Walk(after, training.steps, loss) if len(told) == 2 and near else None

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones, those of `gradeprop.gradients.loops.wrong.WRONG`; factors and
        signs are among them, since here they act on the gradient and not on the answer."""
        if name not in self._found:
            wrong = WRONG.get(name)
            self._found[name] = wrong(self._training) if wrong else super().mistake(name)
        return list(self._found[name])


def _parameters(params: Params, _: Loss) -> Answer:
    return params if len(params) > 1 else params[0]


def _numbers(answer: Answer) -> list[float]:
    """All that an answer holds, one after the other."""
    if isinstance(answer, tuple):
        return [number for item in answer for number in _numbers(item)]
    if isinstance(answer, torch.Tensor):
        return [float(number) for number in answer.flatten().tolist()]
    return [float(answer)] if isinstance(answer, int | float) else []


def _float64(items: Sequence[torch.Tensor]) -> Params:
    return tuple(item.detach().to(torch.float64, copy=True) for item in items)
