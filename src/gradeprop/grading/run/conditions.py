"""What a submission is graded under, whoever handed it in: limits and versions."""

from __future__ import annotations

import functools
import platform
from dataclasses import fields, replace
from importlib.metadata import version

from gradeprop.course.limits import Limits
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.version import __version__


def limits_of(course: Course, exercise: LoadedExercise) -> Limits:
    """The exercise's overrides on the course's."""
    return replace(course.spec.limits, **exercise.spec.limits.model_dump(exclude_none=True))


def combined_limits(course: Course, assignment: LoadedAssignment) -> Limits:
    """The limits of the session that runs the whole assignment: the largest that an exercise asks
    for."""
    asked = [limits_of(course, exercise) for exercise in assignment.exercises]
    largest = {}
    for item in fields(Limits):
        largest[item.name] = max(getattr(limits, item.name) for limits in asked)
    return Limits(**largest)


@functools.cache
def _installed(package: str) -> str:
    """A package's version; looking it up reads a file, and every submission is asked for it."""
    return version(package)


def versions(course: Course) -> dict[str, str]:
    """What a result depends on besides the submission."""
    import torch

    return {
        "gradeprop": __version__,
        "torch": str(torch.__version__),
        **versions_besides_torch(course),
    }


def versions_besides_torch(course: Course) -> dict[str, str]:
    """The same without torch's, which takes seconds to import."""
    return {
        "gradeprop": __version__,
        "course": course.digest,
        "python": platform.python_version(),
        "ipython": _installed("ipython"),
    }
