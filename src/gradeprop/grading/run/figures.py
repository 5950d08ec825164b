"""Draws the figures that an assignment's exercises declare: the author's code, in a process of its
own, as graders are."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from gradeprop.course.layout import data_path
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GraderFault

__all__ = ["drawn"]

SECONDS = 60.0
"""How long one figure may take."""


def drawn(course: Course, assignment: LoadedAssignment) -> dict[str, bytes]:
    """By file name, every figure of the assignment as PNG.

    Raises:
        GraderFault: the code of a figure fails, leaves none, or does not come to an end.
    """
    return {name: _draw(Path(course.root), assignment.id, name) for name in _names(assignment)}


def _names(assignment: LoadedAssignment) -> Iterator[str]:
    names = (figure.file for exercise in assignment.exercises for figure in exercise.figures())
    yield from dict.fromkeys(names)


def _draw(root: Path, assignment: str, name: str) -> bytes:
    path = data_path(assignment, name)
    with tempfile.TemporaryDirectory(prefix="figure-") as folder:
        picture = Path(folder, "figure.png")
        program = [sys.executable, "-m", "gradeprop.grading.run.figure_process"]
        try:
            done = subprocess.run(
                [*program, str(root / path), str(picture)],
                cwd=(root / path).parent,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GraderFault(
                f"drawing took longer than {SECONDS:g} s", where=path, remedy="mend the figure"
            ) from None
        if done.returncode != 0 or not picture.is_file():
            raise GraderFault(
                f"the figure cannot be drawn:\n{done.stderr.strip()}",
                where=path,
                remedy="mend the figure",
            )
        return picture.read_bytes()


def _environment() -> Mapping[str, str]:
    """The surroundings, but for what would show in the figure."""
    return {
        **os.environ,
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
