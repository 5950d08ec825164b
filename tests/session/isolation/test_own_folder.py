"""What a killed process leaves in the temporary folder goes at the next run, and nothing else
does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gradeprop.session.isolation import own_folder
from gradeprop.session.isolation.own_folder import OwnFolder, remove_abandoned

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

HOLD = """
import sys
from gradeprop.session.isolation import own_folder
from gradeprop.session.isolation.own_folder import OwnFolder
own = OwnFolder()
(own.path / "home").mkdir()
print(own.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(
    temporary: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.parent == temporary
        os.utime(folder, (0, 0))
        remove_abandoned()
        assert folder.is_dir(), "its process lives, however old it is"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert folder.is_dir()
        with OwnFolder() as own:
            assert [path.name for path in temporary.iterdir()] == [own.path.name]
    assert list(temporary.iterdir()) == []


def test_a_folder_without_a_lock_goes_only_when_it_is_old(temporary: Path) -> None:
    for name, age in (("old", 30 * 86_400), ("new", 60)):
        folder = temporary / f"gradeprop-scratch-{name}"
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    remove_abandoned()
    assert [path.name for path in temporary.iterdir()] == ["gradeprop-scratch-new"]


def test_what_is_not_ours_or_no_folder_stays(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".alive").touch()
    (temporary / "gradeprop-scratch-link").symlink_to(elsewhere)
    (temporary / "gradeprop-scratch-file").touch()
    remove_abandoned()
    assert (elsewhere / ".alive").is_file()
    assert len(list(temporary.iterdir())) == 3


def test_removing_it_twice_closes_nothing_of_anybody_else(temporary: Path) -> None:
    own = OwnFolder()
    own.remove()
    taken = os.open(temporary, os.O_RDONLY)  # perhaps by the number that was the lock's
    own.remove()
    os.close(taken)


def test_one_that_cannot_be_made_leaves_nothing(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(own_folder, "_try_lock", full)
    with pytest.raises(OSError, match="no space"):
        OwnFolder()
    assert list(temporary.iterdir()) == []
