"""nbgrader's own validation of what is built: solutions pass, starters do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from student.released import course, instructors, released

pytestmark = pytest.mark.slow


def validate(notebook: Any, folder: Any, *options: Any) -> Any:
    path = folder / "notebook.ipynb"
    path.write_bytes(notebook)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", *options, path.name],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("assignment", [item.id for item in course().assignments])
def test_solutions_validate_and_starters_do_not(assignment: Any, tmp_path: Path) -> None:
    solved = validate(instructors(assignment), tmp_path)
    assert solved == "Success! Your notebook passes all the tests."
    blank = validate(released(assignment), tmp_path, "--invert")
    assert blank == "Success! The notebook does not pass any tests."
