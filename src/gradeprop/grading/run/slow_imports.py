"""What graders would import late, imported before processes are copied, so that each copy has
it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from gradeprop.course.model import Course, LoadedAssignment

__all__ = ["import_for_graders"]

_LATE: Final = re.compile(rb"\b(Descent|Optimizer|optim|torch\.func)\b")
_SHARED: Final = re.compile(rb"\bshared\b")


def import_for_graders(course: Course, assignment: LoadedAssignment) -> None:
    """Import what the first optimizer of a process does, or the first call of ``torch.func``
    (``torch._dynamo``, a second or more), where a grader of the assignment, or what graders share,
    speaks of one."""
    root = Path(course.root)
    files = [root / exercise.grader for exercise in assignment.exercises if exercise.has_tests]
    if any(_says(_SHARED, file) for file in files):
        files += sorted(root.glob("graders/shared/**/*.py"))
    if any(_says(_LATE, file) for file in files):
        _import_dynamo()


def _says(words: re.Pattern[bytes], file: Path) -> bool:
    try:
        return words.search(file.read_bytes()) is not None
    except OSError:
        return False


@cache
def _import_dynamo() -> None:
    import torch._dynamo  # noqa: F401
