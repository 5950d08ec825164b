"""What to teach next: the most frequent cause, with two answers that show it beside the right
one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import counted_in_class
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.uncommented import without_comments
from gradeprop.records.answers import Answer
from gradeprop.records.discovered.names import named_in
from gradeprop.records.report.causes import CauseFigures

__all__ = ["Beside", "beside"]

_LOOKED_AT = 40
"""Students whose answers are looked through for the two shortest."""


@dataclass(frozen=True)
class Beside:
    """One cause, to be talked about in class.

    Attributes:
        part: where most have it.
        answers: up to two that differ, the shortest, without comments and without anybody's name.
        right: the course's own solution.
    """

    cause: CauseFigures
    part: PartKey
    answers: tuple[str, ...]
    right: str


def beside(
    assignment: LoadedAssignment,
    results: Sequence[SubmissionResult],
    causes: Sequence[CauseFigures],
    answers_of: Callable[[SubmissionResult], Mapping[PartKey, Answer]],
    names: Sequence[str] = (),
) -> Beside | None:
    """For the most frequent cause; None where none was named.

    Args:
        answers_of: finds what a student wrote.
        names: of the class; an answer in which one stands is not shown.
    """
    if not causes:
        return None
    cause = causes[0]
    part = cause.places[0][0]
    named = (result for result in results if _shows(result, part, cause.id))
    found = set()
    for result, _ in zip(named, range(_LOOKED_AT), strict=False):
        answer = answers_of(result).get(part)
        text = "" if answer is None else without_comments(answer.source)
        if text and not named_in(text, names):
            found.add(text)
    shortest = sorted(found, key=lambda text: (len(text), text))[:2]
    exercise = next(item for item in assignment.exercises if item.slug == part.exercise)
    right = without_comments(exercise.solution.get(part.part, ""))
    return Beside(cause, part, tuple(shortest), right)


def _shows(result: SubmissionResult, part: PartKey, cause: str) -> bool:
    return any(
        key == part and any(verdict.misconception == cause for verdict in counted_in_class(item))
        for key, item in result.parts()
    )
