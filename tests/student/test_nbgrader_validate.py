"""nbgrader's own validation of what is built: solutions pass, starters do not."""

import subprocess
import sys

import pytest

from student.released import course, instructors, released

pytestmark = pytest.mark.slow


def validate(notebook, folder, *options):
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
def test_solutions_validate_and_starters_do_not(assignment, tmp_path):
    solved = validate(instructors(assignment), tmp_path)
    assert solved == "Success! Your notebook passes all the tests."
    blank = validate(released(assignment), tmp_path, "--invert")
    assert blank == "Success! The notebook does not pass any tests."
