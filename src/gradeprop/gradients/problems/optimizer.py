"""What an optimizer of torch.optim makes of parameters, and what goes wrong around it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import torch

from gradeprop.gradients.answer import Answer, mapped
from gradeprop.gradients.loops.ground import Loss
from gradeprop.gradients.loops.stepping import Make, Stepping, float64
from gradeprop.gradients.loops.training import Returns
from gradeprop.gradients.loops.vectors import Params
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.stated import Wrong, answers_of, listed

Losses: TypeAlias = Loss | Sequence[Loss]
_Options: TypeAlias = Mapping[str, Any]
_Kind: TypeAlias = type[torch.optim.Optimizer]

_STEP_FACTORS: Final = (10.0, 0.1, 2.0, 0.5, 100.0, 0.01)
"""By how much a step size is off, where it is."""
_CHANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ascent": {"factor": -1.0},
    "sign_flipped": {"factor": -1.0},
    "doubled": {"factor": 2.0},
    "missing_factor_two": {"factor": 0.5},
    "stale_gradient": {"stale": True},
    "state_lost": {"renewed": True},
}
"""What some mistakes change in the loop."""


class Optimizer(Problem):
    """What ``steps`` steps of an optimizer of ``torch.optim`` make of the parameters.

    The reference is the class itself, run in float64 on the device of the parameters: in every
    step ``zero_grad()``, ``loss(params).backward()``, ``step()``. Floating tensors of the answer
    are cast to the dtype of the first parameter.

    Args:
        kind: a class of torch.optim, such as ``torch.optim.Adam``.
        loss: ``loss(params)`` -> a tensor of one element, for a tuple of the parameters; or a list
            of such functions, one for each step (batches; ``lambda p: g * p[0]`` where a gradient
            g is given).
        start: the parameters at first, floating tensors of any shapes.
        lr: the step size.
        steps: how many, 0 or more.
        returns: what the student returns, from the final parameters and the (last) loss as a
            function of them; the parameters themselves by default, one alone without a tuple.
        leftover: ``.grad`` that the parameters bring along, which a right answer zeroes.
        labels: names of the items of a tuple answer.
        wrong: misconception id -> loss(es) that would have been followed instead.
        options: further arguments of the class, such as ``betas=(0.8, 0.99)``.

    Raises:
        TypeError: ``kind`` is no class of optimizers, or takes no such option.
        ValueError: steps is negative, a parameter is not floating, or a value is refused.
    """

    def __init__(
        self,
        kind: _Kind,
        loss: Losses,
        start: Sequence[torch.Tensor],
        *,
        lr: float,
        steps: int,
        returns: Returns | None = None,
        leftover: Sequence[torch.Tensor] = (),
        labels: tuple[str, ...] = (),
        wrong: Wrong | None = None,
        **options: Any,
    ) -> None:
        _refuse(kind, start, steps)
        self._kind = kind
        self._options: _Options = {"lr": lr, **options}
        self._start = float64(start)
        self._leftover = float64(leftover)
        self._dtype = start[0].dtype
        self._returns = returns or _parameters
        self._loop = Stepping(_maker(kind, self._options), _sequence(loss), int(steps))
        self._wrong = listed(wrong)
        self._found: dict[str, list[Answer]] = {}
        self.stated = frozenset(self._wrong)
        self.labels = labels
        self._loop.make(list(self._start))  # refuses options here, and not when a student is graded

    def answer(self) -> Answer:
        return self._after(self._loop)

    def mistake(self, name: str) -> list[Answer]:
        """Those of ``wrong``; ascent or sign_flipped; grad_accumulated, with the leftover, too;
        zeroed_before_step and nothing_moved; off_by_one_step; stale_gradient; parameter_frozen,
        each in turn; doubled and missing_factor_two, of the gradient; wrong_step_size, by several
        factors; default_lr; option_left_out, each in turn, then all; state_lost, where every step
        makes a new optimizer; plain_descent; stale_loss. No other: a factor of parameters means
        nothing."""
        if name not in self._found:
            self._found[name] = self._mistake(name)
        return list(self._found[name])

    def _mistake(self, name: str) -> list[Answer]:
        if name in self._wrong:
            return answers_of("Optimizer", name, self._wrong[name], self._following)
        if name == "nothing_moved":
            return [self._reported(self._start)]
        if name == "stale_loss":
            return self._stale_losses()
        return [self._after(loop) for loop in self._wrong_loops(name)]

    def _wrong_loops(self, name: str) -> list[Stepping]:
        right = self._loop
        if name in _CHANGES:
            return [replace(right, **_CHANGES[name])]
        if name == "grad_accumulated":
            clean = replace(right, zero=False)
            return [clean, replace(clean, leftover=self._leftover)]
        if name == "zeroed_before_step":
            return [replace(right, cleared="none"), replace(right, cleared="zeros")]
        if name == "off_by_one_step":
            return [replace(right, steps=max(right.steps + more, 0)) for more in (-1, 1)]
        if name == "parameter_frozen":
            count = len(self._start) if len(self._start) > 1 else 0
            return [replace(right, frozen=number) for number in range(count)]
        return [replace(right, make=make) for make in self._wrong_makers(name)]

    def _wrong_makers(self, name: str) -> list[Make]:
        """Makers of optimizers with another step size, fewer options, or of another class."""
        if name == "plain_descent":
            return [_maker(torch.optim.SGD, {"lr": self._options["lr"]})]
        if name == "wrong_step_size":
            return [self._with(lr=factor * self._options["lr"]) for factor in _STEP_FACTORS]
        if name == "default_lr":
            return [self._with(lr=inspect.signature(self._kind).parameters["lr"].default)]
        if name != "option_left_out":
            return []
        others = [key for key in self._options if key != "lr"]
        left_out = [[key] for key in others] + ([others] if others else [])
        return [_maker(self._kind, _without(self._options, names)) for names in left_out]

    def _with(self, **changed: Any) -> Make:
        return _maker(self._kind, {**self._options, **changed})

    def _following(self, losses: Losses) -> Answer:
        return self._after(replace(self._loop, losses=_sequence(losses)))

    def _stale_losses(self) -> list[Answer]:
        """The right parameters with the loss before the last step, then before the first."""
        trail = self._loop.trail(self._start)
        last = self._last_loss()

        def loss_at(then: Params) -> Loss:
            return lambda _: last(then)

        moments = (trail[max(len(trail) - 2, 0)], trail[0])
        return [self._reported(trail[-1], loss_at(then)) for then in moments]

    def _after(self, loop: Stepping) -> Answer:
        return self._reported(loop.trail(self._start)[-1])

    def _reported(self, params: Params, loss: Loss | None = None) -> Answer:
        with torch.no_grad():
            answer = self._returns(params, loss or self._last_loss())
        return mapped(answer, torch.Tensor.detach, lambda value: value, dtype=self._dtype)

    def _last_loss(self) -> Loss:
        losses = self._loop.losses
        return losses[max(self._loop.steps - 1, 0) % len(losses)]


def _refuse(kind: Any, start: Sequence[torch.Tensor], steps: int) -> None:
    if not (isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)):
        raise TypeError(
            f"Optimizer: write a class of torch.optim, such as torch.optim.Adam, not {kind!r}"
        )
    if issubclass(kind, torch.optim.LBFGS):
        raise TypeError(
            "Optimizer: LBFGS asks for the loss several times in one step; work its answer out in"
            " the grader and write Fixed(answer)"
        )
    if steps < 0:
        raise ValueError(f"Optimizer: steps must be 0 or more, not {steps}")
    some = not isinstance(start, torch.Tensor) and len(start) > 0
    if not some or not all(item.dtype.is_floating_point for item in start):
        raise ValueError(
            "Optimizer: start must be a list of floating tensors; write [w] for one, and the loss"
            " as a function of the tuple of them"
        )


def _maker(kind: _Kind, options: _Options) -> Make:
    return lambda params: kind(params, **options)


def _sequence(loss: Losses) -> Sequence[Loss]:
    return list(loss) if isinstance(loss, Sequence) else [loss]


def _without(options: _Options, names: Sequence[str]) -> _Options:
    return {key: value for key, value in options.items() if key not in names}


def _parameters(params: Params, _: Loss) -> Answer:
    return params if len(params) > 1 else params[0]
