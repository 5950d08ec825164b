"""Gradient descent on a squared error, by torch.autograd, with the mistakes learners make in the
loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Literal, TypeAlias

import torch

from gradeprop.gradients.answer import Answer, mapped
from gradeprop.gradients.loops.least_squares import least_squares
from gradeprop.gradients.loops.linear import Affine, linear_model
from gradeprop.gradients.loops.vectors import Array, Params, array, points
from gradeprop.gradients.loops.walker import Loop, Loss, Slopes, Trail, Walker, slopes_of
from gradeprop.gradients.problems.problem import Problem

Predict: TypeAlias = Callable[[Params, torch.Tensor], torch.Tensor]
Returns: TypeAlias = Callable[[Params, Loss], Answer]

# parameters of a model whose loops are followed by a matrix: with more, finding it takes too long
_MOST = 200
_LARGEST = 10_000_000  # numbers in that matrix: 80 MB


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
        start: the parameters at first.
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
        ValueError: predict's shape is not y's, steps is negative, or reduction unknown.
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
        self._predict = predict
        with torch.inference_mode(False):  # copies that autograd may use
            self._x, self._y = _float64((x, y))
            self._start, self._leftover = _float64(start), _float64(leftover)
        self._dtype = x.dtype if x.dtype.is_floating_point else start[0].dtype
        self._lr, self._steps = float(lr), int(steps)
        self._mean, self._factor = reduction == "mean", float(factor)
        self._returns: Returns = returns or (
            lambda params, _: params if len(params) > 1 else params[0]
        )
        self.labels = labels
        if reduction not in ("mean", "sum"):
            raise ValueError(f"Descent: reduction must be 'mean' or 'sum', not {reduction!r}")
        if self._steps < 0:
            raise ValueError(f"Descent: steps must be 0 or more, not {steps}")
        shape = tuple(predict(self._start, self._x).shape)
        if shape != tuple(self._y.shape):
            raise ValueError(
                f"Descent: predict gives shape {shape} but y has {tuple(self._y.shape)}"
            )
        self._found: dict[str, list[Answer]] = {}

    def answer(self) -> Answer:
        return self._report(self._trail[self._steps], self._loss)

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones (of which factors and signs act on the gradient here): ascent,
        zeroed_before_step, off_by_one_step, sequential_update, parameter_frozen, broadcast,
        closed_form, stale_loss, input_omitted, value_not_gradient (the loss used as the
        gradient)."""
        if name not in self._found:
            special = getattr(self, f"_m_{name}", None)
            self._found[name] = super().mistake(name) if special is None else special()
        return list(self._found[name])

    # The reference

    def _loss(self, params: Params) -> torch.Tensor:
        return self._reduced((self._predict(params, self._x) - self._y) ** 2)

    @cached_property
    def _trail(self) -> Trail:
        """Parameters before the first step, after it, … and after one step too many."""
        return self._right_walker.trail(self._lr)

    @cached_property
    def _right_walker(self) -> Walker:
        """Walks by the right slopes, which are torch.autograd's."""
        return self._walker(
            slopes_of(self._loss), lambda model: model.slopes(self._targets, self._scale)
        )

    @cached_property
    def _model(self) -> Affine | None:
        """The predictions from the flattened parameters, if they are linear in them."""
        return linear_model(lambda params: self._predict(params, self._x), self._start)

    @cached_property
    def _targets(self) -> Array:
        return array((self._y,))

    @property
    def _scale(self) -> float:
        """What the sum of the squared errors is multiplied by."""
        return self._factor / self._y.numel() if self._mean else self._factor

    def _walker(self, slopes: Slopes, suspected: Callable[[Affine], Affine | None]) -> Walker:
        """Walks by these slopes, which for a linear model should be ``suspected`` of it."""
        count = sum(item.numel() for item in self._start)
        few = count <= _MOST and 0 < count * self._y.numel() <= _LARGEST
        # One step costs less by autograd than by a matrix that must be found first.
        model = self._model if few and self._steps > 1 else None
        return Walker(slopes, self._start, model and suspected(model))

    def _report(self, params: Params, loss: Loss) -> Answer:
        with torch.no_grad():
            answer = self._returns(params, loss)
        return mapped(
            answer, lambda tensor: tensor.detach(), lambda value: value, dtype=self._dtype
        )

    # The mistakes: each is a loop that differs in one place

    def _run(self, loop: Loop, walker: Walker | None = None) -> Params:
        """The final parameters of a wrong loop; by ``walker`` instead of the right slopes."""
        return (walker or self._right_walker).walk(loop, lr=self._lr, steps=self._steps)

    def _after(self, loop: Loop, walker: Walker | None = None) -> Answer:
        """What is returned after a wrong loop, with the right loss."""
        return self._report(self._run(loop, walker), self._loss)

    def _reduced(self, squares: torch.Tensor) -> torch.Tensor:
        return self._factor * (squares.mean() if self._mean else squares.sum())

    def _scaled(self, by: float) -> list[Answer]:
        """A loss ``by`` times too large: followed and reported so, then only followed so."""
        params = self._run(Loop(factor=by))
        return [
            self._report(params, lambda p: by * self._loss(p)),
            self._report(params, self._loss),
        ]

    def _m_ascent(self) -> list[Answer]:
        return [self._after(Loop(factor=-1.0))]

    def _m_sign_flipped(self) -> list[Answer]:
        return self._m_ascent()

    def _m_missing_factor_two(self) -> list[Answer]:
        return self._scaled(0.5)

    def _m_missing_half(self) -> list[Answer]:
        return self._scaled(2.0) if self._factor == 0.5 else []

    def _m_sum_instead_of_mean(self) -> list[Answer]:
        return self._scaled(self._y.numel()) if self._mean else []

    def _m_mean_instead_of_sum(self) -> list[Answer]:
        return [] if self._mean else self._scaled(1 / self._y.numel())

    def _m_grad_accumulated(self) -> list[Answer]:
        """Zeroing forgotten: from a clean start, then with the leftover; then every gradient
        counted twice (backward run twice), unless a loss with ½ makes that the same as the ½
        forgotten."""
        clean = self._after(Loop(accumulate=True))
        found = [clean, clean]
        if self._leftover:
            found[1] = self._after(Loop(accumulate=True, leftover=self._leftover))
        if self._factor != 0.5:
            found.append(self._after(Loop(factor=2.0)))
        return found

    def _m_zeroed_before_step(self) -> list[Answer]:
        return [self._report(self._start, self._loss)]

    def _m_off_by_one_step(self) -> list[Answer]:
        return [self._report(self._trail[max(self._steps + by, 0)], self._loss) for by in (-1, 1)]

    def _m_sequential_update(self) -> list[Answer]:
        if len(self._start) < 2:
            return []
        forwards = tuple(range(len(self._start)))
        return [self._after(Loop(order=order)) for order in (forwards, forwards[::-1])]

    def _m_parameter_frozen(self) -> list[Answer]:
        if len(self._start) < 2:
            return []
        return [self._after(Loop(frozen=index)) for index in range(len(self._start))]

    def _m_broadcast(self) -> list[Answer]:
        """(N, 1) - (N,): every prediction against every target."""

        def wrong(params: Params) -> torch.Tensor:
            guesses = self._predict(params, self._x).reshape(-1, 1)
            return self._reduced((guesses - self._y.reshape(1, -1)) ** 2)

        def suspected(model: Affine) -> Affine:
            n = self._y.numel()
            every = Affine(n * model.matrix, n * model.offset)
            return every.slopes(
                self._targets.sum(), self._scale / n if self._mean else self._scale, model
            )

        params = self._run(Loop(), self._walker(slopes_of(wrong), suspected))
        return [self._report(params, wrong), self._report(params, self._loss)]

    def _m_closed_form(self) -> list[Answer]:
        best = None if self._model is None else least_squares(self._model, self._targets)
        return (
            [] if best is None else [self._report(points(best[None], self._start)[0], self._loss)]
        )

    def _m_stale_loss(self) -> list[Answer]:
        """The right parameters with the loss before the last step, then before the first."""

        def loss_at(then: int) -> Loss:
            return lambda _: self._loss(self._trail[then])

        return [
            self._report(self._trail[self._steps], loss_at(then))
            for then in (max(self._steps - 1, 0), 0)
        ]

    def _m_input_omitted(self) -> list[Answer]:
        """dL/dŷ pulled back as if every input were 1."""

        def pulled_back(params: Params) -> torch.Tensor:
            return self._predict(params, torch.ones_like(self._x))

        def slopes(params: Params) -> Params:
            guess = self._predict(params, self._x).detach()
            upstream = slopes_of(lambda p: self._reduced((p[0] - self._y) ** 2))((guess,))[0]
            return slopes_of(lambda p: (upstream * pulled_back(p)).sum())(params)

        def suspected(model: Affine) -> Affine | None:
            pull = linear_model(pulled_back, self._start)
            return pull and model.slopes(self._targets, self._scale, pull)

        return [self._after(Loop(), self._walker(slopes, suspected))]

    def _m_value_not_gradient(self) -> list[Answer]:
        def slopes(params: Params) -> Params:
            loss = self._loss(params).detach()
            return tuple(loss.expand(item.shape) for item in params)

        return [self._after(Loop(), Walker(slopes, self._start))]


def _float64(items: Sequence[torch.Tensor]) -> Params:
    return tuple(item.detach().to(torch.float64, copy=True) for item in items)
