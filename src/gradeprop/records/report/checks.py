"""Each check over the whole class: how many have it right, and whether it tells strong students
from weak ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import at_worst, counted_in_class
from gradeprop.grading.result.verdict import CheckVerdict, ExerciseResult, SubmissionResult
from gradeprop.records.report.statistics import LEAST, Correlation, alpha, correlation

__all__ = ["CheckFigures", "CheckKey", "check_figures", "exercise_alpha", "verdicts_of"]

CheckKey: TypeAlias = tuple[str, str, str]
"""Exercise, part, check."""

LOW = 0.2
"""A discrimination below this is called low (Ebel, 1954)."""

_REMARKS: Final = {
    ("negative", False): "Strong students fail this: look at the check.",
    ("negative", True): "Negative, though perhaps by chance: look at the check.",
    ("low", False): "Low: it hardly tells strong from weak.",
    ("low", True): "Low, though perhaps by chance.",
}
"""By flag, and whether the range of the discrimination reaches what is not flagged."""


@dataclass(frozen=True)
class CheckFigures:
    """One check.

    Attributes:
        asked: students in whose work it was judged; a grader's fault is nobody's wrong answer.
        right: how many of them passed it.
        discrimination: between passing it and the points of all other checks; None where it cannot
            be worked out.
        flag: ``negative``: strong students fail it more often than weak ones; ``low``: below `LOW`.
    """

    exercise: str
    part: str
    check: str
    describe: str
    public: bool
    points: float
    asked: int
    right: int
    discrimination: Correlation | None
    flag: Literal["low", "negative"] | None

    @property
    def remark(self) -> str:
        """What the flag means, and whether chance alone could have raised it; empty without one."""
        if self.flag is None or self.discrimination is None:
            return ""
        limit = 0.0 if self.flag == "negative" else LOW
        return _REMARKS[self.flag, self.discrimination.high >= limit]

    @property
    def share(self) -> float | None:
        """Of those who were asked; None below `LEAST`."""
        return self.right / self.asked if self.asked >= LEAST else None


def verdicts_of(result: SubmissionResult) -> dict[CheckKey, CheckVerdict]:
    """By check, what came of it on the device where it went worst."""
    return {
        (key.exercise, key.part, verdict.check): verdict
        for key, part in result.parts()
        for verdict in counted_in_class(part)
    }


def check_figures(
    assignment: LoadedAssignment, results: Sequence[SubmissionResult]
) -> tuple[CheckFigures, ...]:
    """All checks that count, in the order of the notebook.

    Args:
        results: of everybody whose work could be read, and on whom no grader failed: their points
            would be too few.
    """
    judged = [verdicts_of(result) for result in results]
    sums = [
        math.fsum(verdict.score or 0.0 for verdict in verdicts.values() if not verdict.voided)
        for verdicts in judged
    ]
    return tuple(
        _figures(key, check.check, check.describe, check.public, check.points, judged, sums)
        for key, check in assignment.checks()
        if not check.voided
    )


def _figures(
    key: PartKey,
    name: str,
    describe: str,
    public: bool,
    points: float,
    judged: Sequence[Mapping[CheckKey, CheckVerdict]],
    sums: Sequence[float],
) -> CheckFigures:
    passed, rest = [], []
    for verdicts, total in zip(judged, sums, strict=True):
        verdict = verdicts.get((key.exercise, key.part, name))
        if verdict is None or verdict.voided or verdict.status == "error":
            continue
        passed.append(float(verdict.status == "passed"))
        rest.append(total - (verdict.score or 0.0))
    found = correlation(passed, rest)
    return CheckFigures(
        key.exercise,
        key.part,
        name,
        " ".join(describe.split()),
        public,
        points,
        len(passed),
        sum(map(int, passed)),
        found,
        _flag(found),
    )


def _flag(found: Correlation | None) -> Literal["low", "negative"] | None:
    if found is None or found.value >= LOW:
        return None
    return "negative" if found.value < 0 else "low"


def exercise_alpha(results: Sequence[SubmissionResult]) -> float | None:
    """Cronbach's alpha over what the checks of each exercise gave. Exercises are the items, since
    the checks of one hang together and would make the assignment look more reliable than it is.
    Exercises without checks that count are left out.

    Args:
        results: as of `check_figures`.
    """
    if not results:
        return None
    counted = [item.exercise for item in results[0].exercises if _counts(item)]
    return alpha([[_earned(result, name) for result in results] for name in counted])


def _counts(exercise: ExerciseResult) -> bool:
    verdicts = (verdict for part in exercise.parts for verdict in part.checks)
    return any(verdict.max_score and not verdict.voided for verdict in verdicts)


def _earned(result: SubmissionResult, name: str) -> float:
    exercise = next(item for item in result.exercises if item.exercise == name)
    return math.fsum(
        verdict.score or 0.0
        for part in exercise.parts
        for verdict in at_worst(part.checks)
        if not verdict.voided
    )
