"""Loops that go right by slopes that are wrong."""

from __future__ import annotations

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.loops.ground import slopes_of
from gradeprop.gradients.loops.linear import Affine, linear_model
from gradeprop.gradients.loops.training import Training
from gradeprop.gradients.loops.vectors import Params
from gradeprop.gradients.loops.walker import Loop, Walker


def broadcast(training: Training) -> list[Answer]:
    """(N, 1) - (N,): every prediction against every target."""

    def wrong(params: Params) -> torch.Tensor:
        guesses = training.predict(params, training.x).reshape(-1, 1)
        return training.reduced((guesses - training.y.reshape(1, -1)) ** 2)

    def suspected(model: Affine) -> Affine:
        n = training.y.numel()
        every = Affine(n * model.matrix, n * model.offset)
        scale = training.scale / n if training.mean else training.scale
        return every.slopes(training.targets.sum(), scale, model)

    params = training.run(Loop(), training.walker(slopes_of(wrong), suspected))
    return [training.report(params, wrong), training.report(params, training.loss)]


def input_omitted(training: Training) -> list[Answer]:
    """dL/dŷ pulled back as if every input were 1."""

    def pulled_back(params: Params) -> torch.Tensor:
        return training.predict(params, torch.ones_like(training.x))

    def loss_of_guess(params: Params) -> torch.Tensor:
        return training.reduced((params[0] - training.y) ** 2)

    def slopes(params: Params) -> Params:
        guess = training.predict(params, training.x).detach()
        (upstream,) = slopes_of(loss_of_guess)((guess,))
        return slopes_of(lambda p: (upstream * pulled_back(p)).sum())(params)

    def suspected(model: Affine) -> Affine | None:
        pull = linear_model(pulled_back, training.start)
        return pull and model.slopes(training.targets, training.scale, pull)

    return [training.after(Loop(), training.walker(slopes, suspected))]


def value_not_gradient(training: Training) -> list[Answer]:
    """The loss itself, used as the slope of every parameter."""

    def slopes(params: Params) -> Params:
        loss = training.loss(params).detach()
        return tuple(loss.expand(item.shape) for item in params)

    return [training.after(Loop(), Walker(slopes, training.start))]
