"""Results of whole classes, made by hand over this repository's course."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from course.shipped import shipped as course
from gradeprop.course.keys import PartKey
from gradeprop.course.model import ExplanationPart, LoadedAssignment
from gradeprop.grading.result.score import auto_score, submission_status, total_score
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    Status,
    SubmissionResult,
    Timing,
)

Came = Mapping[str, tuple[Status, str | None]]
"""By ``exercise.check``, its status and the cause that was named; what is not in it passed."""


def assignment(name: str) -> LoadedAssignment:
    found = course().assignment(name)
    assert found is not None
    return found


def result(
    student: str, of: LoadedAssignment, came: Came | None = None, *, not_begun: Sequence[str] = ()
) -> SubmissionResult:
    """A student's result.

    Args:
        came: by check.
        not_begun: exercises of which nothing was done.
    """
    exercises = []
    for exercise in of.exercises:
        parts = []
        for part in exercise.spec.parts:
            if isinstance(part, ExplanationPart):
                parts.append(PartResult(part.part, part.kind, 1.0, part.points, "manual"))
                continue
            checks = []
            for check in part.checks:
                idle = exercise.slug in not_begun
                status, cause = (
                    ("failed", None)
                    if idle
                    else (came or {}).get(f"{exercise.slug}.{check.check}", ("passed", None))
                )
                checks.append(
                    CheckVerdict(
                        check.check,
                        "cpu",
                        check.public,
                        status,
                        None if status == "error" else check.points * (status == "passed"),
                        check.points,
                        misconception=cause,
                        not_begun=idle,
                        hint=f"Words for {cause}." if cause else None,
                        detail="graders/a/test_b.py:3: it broke" if status == "error" else None,
                    )
                )
            scores = [check.score for check in checks]
            total = None if None in scores else sum(score or 0.0 for score in scores)
            worst = next((check.status for check in checks if check.status != "passed"), "passed")
            parts.append(
                PartResult(
                    part.part,
                    part.kind,
                    total,
                    part.points,
                    worst,
                    checks=tuple(checks),
                    not_begun=exercise.slug in not_begun,
                )
            )
        known = [part.score for part in parts]
        score = None if None in known else sum(item or 0.0 for item in known)
        most = sum(part.max_score for part in parts)
        exercises.append(ExerciseResult(exercise.slug, score, most, tuple(parts)))
    made = tuple(exercises)
    return SubmissionResult(
        student,
        of.id,
        submission_status(made),
        None,
        total_score(made),
        of.points,
        auto_score(made),
        made,
        "full",
        "cpu",
        "5eed",
        Timing(total_s=0.05),
    )


def with_part(made: SubmissionResult, key: PartKey, **more: Any) -> SubmissionResult:
    """The result with other facts of one part, and of its checks where ``checks`` says so."""
    of_checks = more.pop("checks", {})
    exercises = []
    for exercise in made.exercises:
        parts = [
            replace(part, **more, checks=tuple(replace(one, **of_checks) for one in part.checks))
            if (exercise.exercise, part.part) == key
            else part
            for part in exercise.parts
        ]
        exercises.append(replace(exercise, parts=tuple(parts)))
    return replace(made, exercises=tuple(exercises))


def drawn(of: LoadedAssignment, size: int, seed: int = 1) -> list[SubmissionResult]:
    """A class in which some are better than others, each with causes of their own exercise's."""
    draw = random.Random(seed)
    made = []
    for number in range(size):
        strength = draw.random()
        came: dict[str, tuple[Status, str | None]] = {}
        for key, check in of.checks():
            if draw.random() > strength:
                exercise = next(item for item in of.exercises if item.slug == key.exercise)
                causes = [
                    item.id for item in getattr(exercise.part(key.part), "misconceptions", ())
                ]
                came[f"{key.exercise}.{check.check}"] = ("failed", draw.choice([*causes, None]))
        made.append(result(f"s{number:04d}", of, came))
    return made
