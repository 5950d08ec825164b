from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from gradeprop.errors import MissingFacility
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.isolation import interpreter, launch
from gradeprop.session.isolation.bubblewrap import bubblewrap
from gradeprop.session.isolation.environment import environment
from gradeprop.session.isolation.launch import Launcher
from gradeprop.session.isolation.other_user import (
    can_stage,
    closed_to_others,
    sandbox_uid,
    stepping_down,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def test_the_environment_has_nothing_of_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("PYTHONPATH", "/x")
    variables = environment("/home", ["/opt/venv/bin"], gpu=False)
    assert {"SECRET", "PYTHONPATH"}.isdisjoint(variables)
    assert variables["PATH"] == "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"
    assert variables["OMP_NUM_THREADS"] == "1"
    assert variables["CUDA_VISIBLE_DEVICES"] == ""
    assert variables["USER"] == variables["LOGNAME"] == "student"  # torch 2.11 asks who it is


def test_with_a_gpu_nothing_is_hidden_and_nothing_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    variables = environment("/home", [], gpu=True)
    assert "CUDA_VISIBLE_DEVICES" not in variables
    assert variables["CUDA_CACHE_DISABLE"] == "1"
    assert variables["USE_PYTORCH_KERNEL_CACHE"] == "0"


def test_packages_are_found_where_they_are_imported_from() -> None:
    paths = interpreter.package_paths()
    assert any((path / "torch").is_dir() for path in paths)
    assert (interpreter.own_code() / "session" / "isolation" / "launch.py").is_file()


def test_a_folder_that_others_cannot_enter_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert closed_to_others(inner) in (*tmp_path.parents, tmp_path, inner.parent)
    assert closed_to_others(Path("/usr")) is None


def test_bubblewrap_shows_no_more_than_it_must() -> None:
    if bubblewrap() is None:
        pytest.skip("bubblewrap is not installed")
    launcher = Launcher("full")
    try:
        command = launcher._bubblewrap_command(["true"], {"A": "b"})
    finally:
        launcher.close()
    bound = [
        command[at + 1]
        for at, word in enumerate(command)
        if word in ("--ro-bind", "--bind", "--dev-bind")
    ]
    assert "--bind" not in command
    assert {"--unshare-all", "--clearenv", "--die-with-parent", "--new-session"} <= set(command)
    assert not any(
        path in ("/", "/root", "/home", "/etc", "/var", "/tmp", "/proc") for path in bound
    )
    assert command[-3:] == ["/tmp", "--", "true"]


def test_without_bubblewrap_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    launcher = Launcher("full")
    try:
        with pytest.raises(
            MissingFacility, match="bubblewrap is not installed; apt install bubblewrap"
        ):
            launcher._bubblewrap_command([], {})
    finally:
        launcher.close()


def test_root_runs_student_code_as_somebody_else() -> None:
    uid = sandbox_uid()
    if os.geteuid() == 0:
        import pwd

        assert uid is not None
        with pytest.raises(KeyError):
            pwd.getpwuid(uid)
    else:
        assert uid is None


def test_the_scratch_folder_goes_when_the_launcher_does() -> None:
    launcher = Launcher("none")
    assert stat.S_IMODE(launcher.scratch.folder.stat().st_mode) == 0o755
    launcher.close()
    assert not launcher.scratch.folder.exists()


def test_a_launcher_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MissingFacility("no such thing")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(launch, "find_mounts", fail)
    with pytest.raises(MissingFacility):
        Launcher("none")
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_folder_that_cannot_be_filled_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        Launcher("none")
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_that_cannot_be_opened_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no layers")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("gradeprop.session.grader.sandbox.layers_for", fail)
    with pytest.raises(OSError, match="no layers"):
        open_sandbox("none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can step down")
def test_stepping_down_leaves_root_behind(tmp_path: Path) -> None:
    if not can_stage():
        pytest.skip("root may not mount here")
    (tmp_path / "file").write_text("seen")
    tmp_path.chmod(0o755)
    with tempfile.TemporaryDirectory() as stage:
        Path(stage).chmod(0o755)
        plan: dict[str, Any] = {"groups": [], "stage": stage, "sources": [str(tmp_path)]}
        script = f"id -u; id -G; cat {stage}/a/b/file; cat {tmp_path}/file 2>&1; echo $LEFT$KEPT"
        plan |= {"targets": ["a/b"], "uid": 61_000, "command": ["/bin/sh", "-c", script]}
        plan["environment"] = {"KEPT": "kept", "PATH": "/bin"}
        command = stepping_down(plan)
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"LEFT": "left"}
        )
        assert list(Path(stage).iterdir()) == []
    uid, groups, seen, last = done.stdout.strip().split("\n")
    assert (uid, groups, last) == ("61000", "61000", "kept")
    # what is staged can be read, where it comes from cannot be reached
    assert seen.startswith("seencat: ")
