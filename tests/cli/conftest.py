"""The real command, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.minimal import write_course

COMMAND = [sys.executable, "-m", "gradeprop"]


def gradeprop(*arguments, cwd, **environment):
    """Run the command; without a terminal, 80 columns wide."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def course(tmp_path) -> Path:
    return write_course(tmp_path / "course")


def hand_in(root, student, notebook, assignment="a01_slopes", folder="submitted"):
    path = root / folder / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook)
    return path
