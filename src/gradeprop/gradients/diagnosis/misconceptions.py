"""What the misconceptions of an exercise would have given: known by id, or by a pattern of YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from gradeprop.gradients.answer import Answer, scaled, with_component
from gradeprop.gradients.problems.fixed import Fixed
from gradeprop.gradients.problems.problem import Problem


class Misconceptions(Mapping[str, list[Answer]]):
    """What each misconception would have left behind on a problem: id -> wrong answers.

    They are worked out when first looked at: most students' answers are right, and the wrong ones
    cost more than the reference itself.

    Args:
        problem: it and the tensors that it was made of must not change afterwards.
        patterns: misconception id -> pattern or None. A pattern has the attributes ``mistake``,
            ``scale``, ``value`` and ``component`` (see ``gradeprop.course.patterns``); None: known
            by its id.
    """

    def __init__(self, problem: Problem, patterns: Mapping[str, Any]) -> None:
        self._problem, self._patterns = problem, patterns
        self._found: dict[str, list[Answer]] = {}

    def __getitem__(self, name: str) -> list[Answer]:
        if name not in self._found:
            self._found[name] = _by_pattern(self._problem, name, self._patterns[name])
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._patterns)

    def __len__(self) -> int:
        return len(self._patterns)


def is_plain_value(problem: Problem, *, of_grad: bool) -> bool:
    """Whether what is asked for is neither a gradient nor made by gradients: what a misconception
    makes of *those* says nothing about it, though the numbers may agree."""
    return isinstance(problem, Fixed) and not of_grad


def spoken_of(
    problem: Problem, patterns: Mapping[str, Any], named_here: frozenset[str]
) -> dict[str, Any]:
    """The patterns that hold for a plain value: those that the grader or the exercise says it of,
    and constants, which say their own value."""
    kept: dict[str, Any] = {}
    for name, pattern in patterns.items():
        if name in named_here or (pattern is not None and pattern.value is not None):
            kept[name] = pattern
        elif name in problem.stated:
            kept[name] = None
        elif pattern is not None and pattern.mistake in problem.stated:
            kept[name] = pattern
    return kept


def constants(patterns: Mapping[str, Any]) -> dict[str, list[Answer]]:
    """The wrong answers that are told without a right one."""
    return {
        name: [_constant(pattern.value, None)]
        for name, pattern in patterns.items()
        if pattern is not None and pattern.value is not None and pattern.component is None
    }


def _by_pattern(problem: Problem, name: str, pattern: Any) -> list[Answer]:
    """The wrong answers by a pattern, or for lack of one by the id."""
    if pattern is None:
        return problem.mistake(name)
    answer = problem.answer()
    if pattern.component is None:
        return _of_the_whole(problem, answer, pattern)
    if not isinstance(answer, tuple) or pattern.component >= len(answer):
        return []
    return _of_one_item(problem, answer, pattern)


def _of_the_whole(problem: Problem, answer: Answer, pattern: Any) -> list[Answer]:
    if pattern.mistake is not None:
        return problem.mistake(pattern.mistake)
    if pattern.scale is not None:
        return [scaled(answer, pattern.scale)]
    return [_constant(pattern.value, answer)]


def _of_one_item(problem: Problem, answer: tuple[Answer, ...], pattern: Any) -> list[Answer]:
    """The right answer with one item as the pattern has it."""
    index: int = pattern.component
    if pattern.mistake is None and pattern.scale is None:
        # The constant stands for this item alone, and takes its form.
        return [with_component(answer, index, _constant(pattern.value, answer[index]))]
    found: list[Answer] = []
    for wrong in _of_the_whole(problem, answer, pattern):
        if isinstance(wrong, tuple) and len(wrong) == len(answer):
            found.append(with_component(answer, index, wrong[index]))
    return found


def _constant(value: Any, answer: Answer) -> Answer:
    """A constant of YAML in the form of the right answer.

    It takes the answer's dtype, and its shape if the numbers fit in; a list for a tuple answer
    gives the items in order.
    """
    if isinstance(value, str):
        return value
    if isinstance(answer, tuple) and isinstance(value, list) and len(value) == len(answer):
        return tuple(_constant(item, part) for item, part in zip(value, answer, strict=True))
    if isinstance(answer, torch.Tensor) or isinstance(value, list):
        like = answer if isinstance(answer, torch.Tensor) else torch.zeros((), dtype=torch.float64)
        made = torch.tensor(value, dtype=like.dtype, device=like.device)
        return made.reshape(like.shape) if made.numel() == like.numel() else made
    return float(value)
