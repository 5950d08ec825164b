"""nbgrader's commands as an instructor runs them, on the minimal course with our
nbgrader_config.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from course.minimal import write_course
from gradeprop.records.files.notebooks import write_notebooks
from gradeprop.records.nbgrader.grading import Order, deliver
from records.graded_class import ASSIGNMENT

NOTEBOOK = f"{ASSIGNMENT}.ipynb"
SHIPPED = Path(__file__).parents[2] / "nbgrader_config.py"
STAMP = "2026-03-02 10:00:00 UTC"


def run_nbgrader(
    root: Path, *arguments: str, home: Path | None = None, active: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command as from an environment that is not activated, or from one that is, which
    nbgrader without our configuration needs."""
    programs = sysconfig.get_path("scripts")
    environment = {
        **os.environ,
        "PATH": f"{programs}:/usr/bin:/bin" if active else "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",
        "HOME": str(home or root),
    }
    return subprocess.run(
        [Path(programs) / "nbgrader", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def nbgrader(root: Path, *arguments: str, home: Path | None = None, active: bool = False) -> str:
    """Run a command; its output, or a failed test."""
    done = run_nbgrader(root, *arguments, home=home, active=active)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def built_course(root: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the minimal course with our configuration into ``root`` and build its notebooks."""
    write_course(root, changes)
    shutil.copy(SHIPPED, root)
    build(root)
    return root


def build(root: Path) -> None:
    delivery = deliver(Order(root, ASSIGNMENT, root / "submitted"))
    write_notebooks(root, delivery.course.assignments[0], delivery.release)


def submit(
    root: Path, student: str, text: str | None, name: str = NOTEBOOK, at: str | None = STAMP
) -> Path:
    """Put a notebook's text (none: nothing at all) into submitted/; return the folder."""
    folder = root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    if text is not None:
        (folder / name).write_text(text)
    if at is not None:
        (folder / "timestamp.txt").write_text(at)
    return folder
