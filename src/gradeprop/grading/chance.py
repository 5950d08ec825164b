"""Whether what an answer gives depends on chance: then a sample is recognised only sometimes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gradeprop.course.model import LoadedExercise
from gradeprop.grading.result.verdict import CheckVerdict, SubmissionResult

__all__ = ["Chance", "by_chance", "may_depend_on_chance"]

_WORDS: Final = re.compile(
    r"rand|normal_?\b|uniform_?\b|bernoulli|multinomial|exponential_|shuffle|sample\(|dropout"
    r"|torch\.empty|\bempty_like|\bnew_empty|\bnn\.|\binit\.|\btime\b|perf_counter|uuid|\bid\(|\bhash\(",
    re.IGNORECASE,
)
"""What draws numbers, makes modules that do, or asks the clock or the memory."""
_ADDRESS: Final = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)


@dataclass(frozen=True)
class Chance:
    """What is different in a second run.

    Attributes:
        what: for whoever writes the exercise.
        counts: whether the verdict or its cause is another one, and not only what came.
    """

    what: str
    counts: bool


def may_depend_on_chance(exercise: LoadedExercise, answer: str) -> bool:
    """Whether an answer to a part, or what stands around it, speaks of anything that chance
    decides."""
    parts = exercise.spec.parts
    around = (exercise.spec.given, *(part.given for part in parts), *exercise.solution.values())
    return any(_WORDS.search(text) for text in (answer, *around) if text)


def by_chance(exercise: str, one: SubmissionResult, other: SubmissionResult) -> Iterator[Chance]:
    """Where two runs of the same answers on the same inputs differ, of an exercise."""
    for first, second in _pairs(exercise, one, other):
        if "error" in (first.status, second.status):  # told as the grader's fault
            continue
        said, again = _said(first), _said(second)
        if (first.status, first.misconception) != (second.status, second.misconception):
            what = f"{first.check} is {said} in one run and {again} in another"
            yield Chance(f"{what}: it depends on chance, {_REMEDY}", counts=True)
        elif _numbers(first) != _numbers(second):
            what = f"{first.check} gets other numbers in every run"
            yield Chance(f"{what} ({first.detail}; {second.detail}): {_REMEDY}", counts=False)


_REMEDY: Final = "so begin with torch.manual_seed(0), or write the numbers down"


def _pairs(
    exercise: str, one: SubmissionResult, other: SubmissionResult
) -> Iterable[tuple[CheckVerdict, CheckVerdict]]:
    return zip(_checks(exercise, one), _checks(exercise, other), strict=True)


def _checks(exercise: str, result: SubmissionResult) -> list[CheckVerdict]:
    parts = (part for item in result.exercises if item.exercise == exercise for part in item.parts)
    return [check for part in parts for check in part.checks]


def _said(check: CheckVerdict) -> str:
    return f"{check.status} ({check.misconception})" if check.misconception else check.status


def _numbers(check: CheckVerdict) -> str:
    """What came, without where it lay in memory."""
    return _ADDRESS.sub("0x", check.detail or "")
