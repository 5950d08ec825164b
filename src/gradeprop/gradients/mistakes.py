"""Wrong answers made from the right one: signs, factors, transposition, and the patterns of
YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import torch

from gradeprop.gradients.problem import Answer, Problem

_FACTORS: Mapping[str, float] = {
    "sign_flipped": -1.0,
    "missing_factor_two": 0.5,
    "missing_half": 2.0,
    "grad_accumulated": 2.0,
}


def general_mistake(answer: Answer, name: str) -> list[Answer]:
    """Variants of a mistake that can be told from the right answer alone; empty if there are none.

    A factor is applied to the whole answer, then, for a tuple, to each item with the others right.
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


class Alternatives(Mapping[str, list[Answer]]):
    """What each misconception would have left behind on a problem, worked out when it is first
    looked at: most answers are right, and the mistakes cost more than the reference itself.

    Args:
        problem: it and the tensors that it was made of must not change afterwards.
        misconceptions: id -> pattern or None. A pattern has the attributes ``mistake``, ``scale``,
            ``value`` and ``component`` (see ``gradeprop.course.patterns``); None: known by its id.
    """

    def __init__(self, problem: Problem, misconceptions: Mapping[str, Any]) -> None:
        self._problem, self._misconceptions = problem, misconceptions
        self._found: dict[str, list[Answer]] = {}

    def __getitem__(self, name: str) -> list[Answer]:
        if name not in self._found:
            self._found[name] = _by_pattern(self._problem, name, self._misconceptions[name])
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._misconceptions)

    def __len__(self) -> int:
        return len(self._misconceptions)


def prune(probes: Sequence[Mapping[str, list[Answer]]]) -> list[dict[str, list[Answer]]]:
    """Drop variants that say the same as an earlier one on every probe (or are never finite).

    The variants of one id keep their alignment across probes, so a diagnosis is unchanged; a
    recorded check gets much smaller. Ids whose numbers of variants differ between probes are left
    as they are."""
    pruned: list[dict[str, list[Answer]]] = [dict(probe) for probe in probes]
    for name in {name for probe in probes for name in probe}:
        columns = [probe[name] for probe in probes if probe.get(name)]
        if not columns or len({len(column) for column in columns}) > 1:
            continue
        keep: list[int] = []
        for index in range(len(columns[0])):
            if not any(all(same(c[index], c[earlier]) for c in columns) for earlier in keep):
                keep.append(index)
        for probe in pruned:
            if probe.get(name):
                probe[name] = [probe[name][index] for index in keep]
    return pruned


def scaled(answer: Answer, factor: float) -> Answer:
    """Every number of the answer times ``factor``; words, truth values and None stay."""
    return mapped(answer, lambda tensor: tensor * factor, lambda value: value * factor)


def mapped(
    answer: Answer,
    on_tensor: Callable[[torch.Tensor], torch.Tensor],
    on_number: Callable[[float], float],
    *,
    dtype: torch.dtype | None = None,
) -> Answer:
    """Apply a function, in float64, to every floating tensor and Python number (other tensors as
    they are); a floating tensor comes back in its own dtype or in ``dtype``."""
    if isinstance(answer, tuple):
        return tuple(mapped(item, on_tensor, on_number, dtype=dtype) for item in answer)
    if isinstance(answer, torch.Tensor):
        if not answer.dtype.is_floating_point:
            return on_tensor(answer)
        return on_tensor(answer.to(torch.float64)).to(dtype or answer.dtype)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return answer
    return on_number(answer)


def one_or_all(answer: Answer, change: Callable[[Answer], Answer]) -> list[Answer]:
    """The whole answer changed; then, for a tuple, each item alone changed and the others right."""
    if not isinstance(answer, tuple):
        return [change(answer)]
    whole = tuple(change(item) for item in answer)
    if len(answer) < 2:
        return [whole]
    return [whole, *(with_component(answer, index, whole[index]) for index in range(len(answer)))]


def with_component(answer: tuple[Answer, ...], index: int, item: Answer) -> tuple[Answer, ...]:
    """The tuple with one item replaced."""
    return (*answer[:index], item, *answer[index + 1 :])


def same(first: Answer, second: Answer) -> bool:
    """Equal to the last bit, nan included."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(
            same(a, b) for a, b in zip(first, second, strict=True)
        )
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return (
            first.dtype == second.dtype
            and first.shape == second.shape
            and bool(((first == second) | ((first != first) & (second != second))).all())
        )
    return type(first) is type(second) and first == second


def _by_pattern(problem: Problem, name: str, pattern: Any) -> list[Answer]:
    if pattern is None:
        return problem.mistake(name)
    answer = problem.answer()
    component: int | None = pattern.component
    if component is not None and (not isinstance(answer, tuple) or component >= len(answer)):
        return []
    if pattern.mistake is not None:
        found = problem.mistake(pattern.mistake)
    elif pattern.scale is not None:
        found = [scaled(answer, pattern.scale)]
    elif component is not None:
        items = cast("tuple[Answer, ...]", answer)
        return [with_component(items, component, _constant(pattern.value, items[component]))]
    else:
        found = [_constant(pattern.value, answer)]
    if component is None:
        return found
    items = cast("tuple[Answer, ...]", answer)
    return [
        with_component(items, component, wrong[component])
        for wrong in found
        if isinstance(wrong, tuple) and len(wrong) == len(items)
    ]


def _constant(value: Any, answer: Answer) -> Answer:
    """A constant of YAML in the form of the right answer: its dtype, and its shape if that holds
    one number; a list for a tuple answer gives the items in order."""
    if isinstance(value, str):
        return value
    if isinstance(answer, tuple) and isinstance(value, list) and len(value) == len(answer):
        return tuple(_constant(item, part) for item, part in zip(value, answer, strict=True))
    if isinstance(answer, torch.Tensor) or isinstance(value, list):
        like = answer if isinstance(answer, torch.Tensor) else torch.zeros((), dtype=torch.float64)
        made = torch.tensor(value, dtype=like.dtype, device=like.device)
        return made.reshape(like.shape) if made.numel() == like.numel() else made
    return float(value)


def _count(answer: Answer) -> int:
    return max(answer.numel(), 1) if isinstance(answer, torch.Tensor) else 1


def _transposed(answer: Answer) -> Answer:
    """Every matrix transposed; None if there is no matrix."""
    if isinstance(answer, torch.Tensor):
        return answer.transpose(0, 1).contiguous() if answer.dim() == 2 else None
    if isinstance(answer, tuple):
        flipped = tuple(_transposed(item) for item in answer)
        if all(item is None for item in flipped):
            return None
        return tuple(
            right if item is None else item for right, item in zip(answer, flipped, strict=True)
        )
    return None


def _swapped(answer: Answer) -> list[Answer]:
    """(first, second) as (second, first), then the same with matrices transposed; or a vector of
    two."""
    if isinstance(answer, tuple) and len(answer) == 2:
        swapped = (answer[1], answer[0])
        flipped = _transposed(swapped)
        return [swapped] if flipped is None else [swapped, flipped]
    if isinstance(answer, torch.Tensor) and answer.shape == (2,):
        return [answer.flip(0)]
    return []
