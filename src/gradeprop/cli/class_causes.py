"""What went wrong in an exercise, in a few words, for the class's table and its summary alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gradeprop.grading.result.score import is_begun
from gradeprop.grading.result.status_words import STOPPED
from gradeprop.grading.result.verdict import ExerciseResult, PartResult

__all__ = ["NOT_BEGUN", "UNKNOWN", "went_wrong"]

NOT_BEGUN: Final = "not begun"
UNKNOWN: Final = "no known cause"


def went_wrong(exercise: ExerciseResult) -> list[str]:
    """Each reason once, and at least one for every part that lost points."""
    if exercise.parts and not any(map(is_begun, exercise.parts)):
        return [NOT_BEGUN]
    return list(dict.fromkeys(word for part in exercise.parts for word in _in(part)))


def _in(part: PartResult) -> Iterator[str]:
    """What stopped it and the causes that have a name; else the exceptions that came, or that
    nothing is known."""
    if not is_begun(part):
        yield "a part not begun"  # the faults of code that was given are not the student's
        return
    failed = [check for check in part.checks if check.status == "failed" and not check.voided]
    causes = [check.misconception for check in part.checks if check.misconception]
    if part.status in STOPPED:
        yield STOPPED[part.status]
    yield from (cause.replace("_", " ") for cause in causes)
    if causes or part.status in STOPPED:
        return
    if failed:
        yield from [check.raised for check in failed if check.raised] or [UNKNOWN]
    elif part.score is not None and part.score < part.max_score:
        skipped = any(check.status == "skipped" for check in part.checks)
        yield "skipped" if skipped else "marked by a person"
