"""nbgrader's generate_assignment on the course that ships with the engine: all assignments at once.

Its validate is asked in tests/student/test_nbgrader_validate.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import program
from records.nbgrader_command import SHIPPED, nbgrader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = SHIPPED.parent


def released(root: Path) -> dict[str, bytes]:
    """What stands under release/, by its place there."""
    release = root / "release"
    return {
        str(path.relative_to(release)): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }


def test_generate_assignment_takes_every_source_and_writes_our_release(tmp_path: Path) -> None:
    for name in ("exercises", "solutions", "graders"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("course.yaml", SHIPPED.name):
        shutil.copy(ROOT / name, tmp_path)
    done = program("build", cwd=tmp_path)  # nbgrader's part runs in a new process, too
    assert done.returncode == 0, done.stderr
    ours = released(tmp_path)
    assert len(ours) == len(list((tmp_path / "exercises").iterdir()))
    shutil.rmtree(tmp_path / "release")
    nbgrader(tmp_path, "generate_assignment", "*")
    theirs = released(tmp_path)
    assert sorted(theirs) == sorted(ours)
    for name in sorted(ours):
        assert theirs[name].splitlines() == ours[name].splitlines(), name
