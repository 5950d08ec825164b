"""Misconceptions that need no more than the right answer: signs, factors, transposition."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from gradeprop.gradients.answer import Answer, one_or_all, scaled

_FACTORS: Mapping[str, float] = {
    "sign_flipped": -1.0,
    "missing_factor_two": 0.5,
    "missing_half": 2.0,
    "grad_accumulated": 2.0,
    "doubled": 2.0,
}


def general_misconception(answer: Answer, name: str) -> list[Answer]:
    """What the named misconception makes of the right answer, in every variant.

    Empty if that cannot be told from the right answer alone.
    A factor is applied to the whole answer, then, for a tuple or dict, to each item with the others
    right.
    ``sum_instead_of_mean`` and ``mean_instead_of_sum`` take the number of elements for n.
    """
    if name in _FACTORS:
        factor = _FACTORS[name]
        return one_or_all(answer, lambda item: scaled(item, factor))
    if name == "sum_instead_of_mean":
        return one_or_all(answer, lambda item: scaled(item, _count(item)))
    if name == "mean_instead_of_sum":
        return one_or_all(answer, lambda item: scaled(item, 1 / _count(item)))
    if name == "transposed":
        flipped = _transposed(answer)
        return [] if flipped is None else [flipped]
    if name == "axes_swapped":
        return _swapped(answer)
    return []


def _count(answer: Answer) -> int:
    return max(answer.numel(), 1) if isinstance(answer, torch.Tensor) else 1


def _transposed(answer: Answer) -> Answer:
    """Every matrix transposed; None if there is no matrix."""
    if isinstance(answer, torch.Tensor):
        return answer.transpose(0, 1).contiguous() if answer.dim() == 2 else None
    if isinstance(answer, dict):
        turned = {name: _transposed(item) for name, item in answer.items()}
        if all(item is None for item in turned.values()):
            return None
        return {name: answer[name] if item is None else item for name, item in turned.items()}
    if not isinstance(answer, tuple):
        return None
    flipped = [_transposed(item) for item in answer]
    if all(item is None for item in flipped):
        return None
    pairs = zip(answer, flipped, strict=True)
    return tuple(right if item is None else item for right, item in pairs)


def _swapped(answer: Answer) -> list[Answer]:
    """A pair the other way round, then also with its matrices transposed; or a vector of two."""
    if isinstance(answer, tuple) and len(answer) == 2:
        swapped = (answer[1], answer[0])
        flipped = _transposed(swapped)
        return [swapped] if flipped is None else [swapped, flipped]
    if isinstance(answer, torch.Tensor) and answer.shape == (2,):
        return [answer.flip(0)]
    return []
