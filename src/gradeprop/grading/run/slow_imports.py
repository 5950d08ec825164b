"""What graders would import late, imported before processes are copied, so that each copy has
it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from gradeprop.course.model import Course

__all__ = ["import_for_graders"]

_OPTIMIZERS: Final = re.compile(rb"\b(Descent|Optimizer|optim)\b")


def import_for_graders(course: Course) -> None:
    """Import what the first optimizer of a process does (``torch._dynamo``, a second or more) where
    a grader of the course speaks of optimizers."""
    root = Path(course.root)
    files = sorted(root.glob("graders/shared/**/*.py"))
    for assignment in course.assignments:
        files += [root / exercise.grader for exercise in assignment.exercises if exercise.has_tests]
    if any(map(_speaks_of_optimizers, files)):
        _import_for_optimizers()


def _speaks_of_optimizers(file: Path) -> bool:
    try:
        return _OPTIMIZERS.search(file.read_bytes()) is not None
    except OSError:
        return False


@cache
def _import_for_optimizers() -> None:
    import torch._dynamo  # noqa: F401
