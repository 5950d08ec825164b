"""What is said of isolation where ``auto`` gives less than ``full``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, answered, hand_in, program, result_of


@pytest.mark.slow
def test_less_than_full_is_said_once_and_so_is_less_than_before(built: Any, tmp_path: Path) -> None:
    for student in ("ada", "bob"):
        hand_in(built, student, answered(built, HALVED))
    first = program("grade", "a01_slopes", cwd=built)
    assert first.returncode == 0, first.stderr
    if result_of(built, "ada")["isolation"] != "full":
        pytest.skip("this machine does not isolate fully")
    assert "less than full" not in first.stderr
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "bwrap").write_text("#!/bin/sh\nexit 1\n")
    (broken / "bwrap").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(broken), prepend=":")
        again = program("grade", "a01_slopes", "--force", cwd=built)
        refused = program("grade", "a01_slopes", "--force", "--isolation", "full", cwd=built)
        none = program("grade", "a01_slopes", "--force", "--isolation", "none", cwd=built)
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("isolated at level restricted, which is less than full") == 1
    assert "2 submissions graded at isolation restricted now, and at full before" in again.stderr
    assert refused.returncode == 3
    assert "isolation full does not work here: " in refused.stderr
    assert "isolat" not in none.stderr.replace("--isolation none runs student code", "")
