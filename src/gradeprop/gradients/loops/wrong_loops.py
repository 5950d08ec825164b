"""Loops that follow the right slopes wrongly, or report wrongly where they led."""

from __future__ import annotations

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.loops.ground import Loss
from gradeprop.gradients.loops.least_squares import least_squares
from gradeprop.gradients.loops.training import Training
from gradeprop.gradients.loops.vectors import points
from gradeprop.gradients.loops.walker import Loop


def ascent(training: Training) -> list[Answer]:
    return [training.after(Loop(factor=-1.0))]


def missing_factor_two(training: Training) -> list[Answer]:
    return _scaled(training, 0.5)


def missing_half(training: Training) -> list[Answer]:
    return _scaled(training, 2.0) if training.factor == 0.5 else []


def doubled(training: Training) -> list[Answer]:
    """Every step twice as long, wherever the 2 comes from."""
    return _scaled(training, 2.0)


def sum_instead_of_mean(training: Training) -> list[Answer]:
    return _scaled(training, training.y.numel()) if training.mean else []


def mean_instead_of_sum(training: Training) -> list[Answer]:
    return [] if training.mean else _scaled(training, 1 / training.y.numel())


def grad_accumulated(training: Training) -> list[Answer]:
    """Zeroing forgotten: from a clean start, then with the leftover; then every gradient counted
    twice (backward run twice), unless a loss with ½ makes that the same as the ½ forgotten."""
    clean = training.after(Loop(accumulate=True))
    found = [clean, clean]
    if training.leftover:
        found[1] = training.after(Loop(accumulate=True, leftover=training.leftover))
    if training.factor != 0.5:
        found.append(training.after(Loop(factor=2.0)))
    return found


def nothing_moved(training: Training) -> list[Answer]:
    """All is as it was at first: why, the values do not tell."""
    return [training.report(training.start, training.loss)]


def zeroed_before_step(training: Training) -> list[Answer]:
    """As `nothing_moved`; what was seen in the process tells them apart."""
    return nothing_moved(training)


def stale_gradient(training: Training) -> list[Answer]:
    """The slope at the start, taken once, in every round; none where one round is all there is."""
    return [training.after(Loop(stale=True))] if training.steps > 1 else []


def off_by_one_step(training: Training) -> list[Answer]:
    """One step too few, then one too many."""
    fewer = training.trail[max(training.steps - 1, 0)]
    more = training.trail[training.steps + 1]
    return [training.report(params, training.loss) for params in (fewer, more)]


def sequential_update(training: Training) -> list[Answer]:
    """Each parameter moves before the next one's slope is taken: forwards, then backwards."""
    forwards = tuple(range(len(training.start)))
    if len(forwards) < 2:
        return []
    return [training.after(Loop(order=order)) for order in (forwards, forwards[::-1])]


def parameter_frozen(training: Training) -> list[Answer]:
    """One parameter never moves: each of them in turn."""
    if len(training.start) < 2:
        return []
    return [training.after(Loop(frozen=index)) for index in range(len(training.start))]


def closed_form(training: Training) -> list[Answer]:
    """The minimum, which descent only comes near to."""
    if training.model is None:
        return []
    best = least_squares(training.model, training.targets)
    if best is None:
        return []
    (params,) = points(best[None], training.start)
    return [training.report(params, training.loss)]


def stale_loss(training: Training) -> list[Answer]:
    """The right parameters with the loss before the last step, then before the first."""

    def loss_at(then: int) -> Loss:
        return lambda _: training.loss(training.trail[then])

    params = training.trail[training.steps]
    last = max(training.steps - 1, 0)
    return [training.report(params, loss_at(then)) for then in (last, 0)]


def _scaled(training: Training, by: float) -> list[Answer]:
    """A loss ``by`` times too large: followed and reported so, then only followed so."""
    params = training.run(Loop(factor=by))
    return [
        training.report(params, lambda p: by * training.loss(p)),
        training.report(params, training.loss),
    ]
