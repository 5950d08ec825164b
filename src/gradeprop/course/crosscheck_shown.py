"""Whether what checks show of a wrong answer can be shown."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.document import KeyPath
from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.model import Check, CheckedPart, ExplanationPart
from gradeprop.errors import CourseProblem


def check_shown(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Hidden checks, which show nothing, that say what they show; plots of numbers that a check
    keeps to itself."""
    for number, part in enumerate(exercise.spec.parts if exercise.spec else ()):
        if isinstance(part, ExplanationPart):
            continue
        for index, check in enumerate(part.checks):
            yield from _of(exercise, part, check, ("parts", number, "checks", index))


def _of(
    exercise: ExerciseFiles, part: CheckedPart, check: Check, at: KeyPath
) -> Iterator[CourseProblem]:
    if check.public:
        if check.plot is not None and part.reveals(check) == "verdict":
            what = f"the plot of {check.check!r} would show the numbers that it keeps back"
            yield exercise.problem(what, "delete plot, or write reveal: numbers", *at, "plot")
        return
    for key in ("reveal", "plot"):
        if getattr(check, key) is not None:
            what = f"the check {check.check!r} is hidden, so {key} has no effect"
            yield exercise.problem(what, f"delete {key}, or set public: true", *at, key)
