"""Which tolerances hold in an exercise."""

from __future__ import annotations

from gradeprop.course.model import Course, LoadedExercise
from gradeprop.gradients.comparison.tolerance import Tolerances

__all__ = ["tolerances_of"]


def tolerances_of(course: Course, exercise: LoadedExercise) -> Tolerances:
    """The exercise's overrides on the course's."""
    merged = {**course.spec.tolerances, **exercise.spec.tolerances}
    return {dtype: (spec.rtol, spec.atol) for dtype, spec in merged.items()}
