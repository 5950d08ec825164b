"""A file with an answer to try, in the format of solutions or, for one part, as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gradeprop.course.model import ExplanationPart, LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.solution import read_solution
from gradeprop.errors import CourseError, UsageError

_MARKER: Final = re.compile(r"^# ?%%", re.MULTILINE)


def read_answer(path: Path, exercise: LoadedExercise) -> dict[str, str]:
    """Part → what its cell holds, of the parts that the file gives.

    Raises:
        UsageError: there is no such file, or it does not say which part it answers, or names one
            that the exercise does not have.
        CourseError: its markers cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            "this file is not UTF-8", where=str(path), remedy="save it as UTF-8"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not _MARKER.search(text):
        return {_only_part(exercise, path): text.rstrip()}
    cells, problems = read_solution(text, str(path))
    if problems:
        raise CourseError(problems)
    known = list(exercise.solution)
    for cell in cells:
        if cell.part not in known:
            raise UsageError(
                f"{exercise.slug} has no part {cell.part!r}",
                where=f"{path}:{cell.line}",
                remedy=did_you_mean(cell.part, known),
            )
    return {cell.part: cell.text for cell in cells}


def _only_part(exercise: LoadedExercise, path: Path) -> str:
    """The part that code without a marker answers: the only one that checks look at."""
    parts = exercise.spec.parts
    code = [part.part for part in parts if not isinstance(part, ExplanationPart)]
    asked = code or [part.part for part in parts]
    if len(asked) > 1:
        markers = ", ".join(f"'# %% part: {part}'" for part in asked)
        raise UsageError(
            f"{exercise.slug} has several parts, and the file does not say which it answers",
            where=str(path),
            remedy=f"write one of these lines above an answer: {markers}",
        )
    return asked[0]
