"""What a submission is graded under, whoever handed it in: limits and versions."""

from __future__ import annotations

import functools
import platform
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from gradeprop.course.limits import Limits
from gradeprop.course.model import Course, LoadedAssignment


def combined_limits(course: Course, assignment: LoadedAssignment) -> Limits:
    """The limits of the session that runs the whole assignment: the largest that an exercise asks for."""
    limits = course.spec.limits
    values: dict[str, Any] = {}
    for name in ("cell_s", "check_s", "total_s", "memory_mb"):
        inherited = getattr(limits, name)
        asked = [getattr(exercise.spec.limits, name) for exercise in assignment.exercises]
        values[name] = max(inherited if item is None else item for item in asked)
    return replace(limits, **values)


@functools.cache
def _installed(package: str) -> str:
    """A package's version; looking it up reads a file, and every submission is asked for it."""
    return version(package)


def versions(course: Course) -> dict[str, str]:
    """What a result depends on besides the submission."""
    import torch

    from gradeprop import __version__

    return {
        "gradeprop": __version__,
        "torch": str(torch.__version__),
        "course": course.digest,
        "python": platform.python_version(),
        "ipython": _installed("ipython"),
    }
