"""The folders of one child: making them, and removing what student code left behind, also from
folders that it made unreadable."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["enter_folder", "remove_folder"]


def enter_folder(own: Path) -> None:
    """Make the notebook's folder in ``own``, and the checkers', and go there."""
    folder = own / "notebook"
    folder.mkdir()
    (own / "checks").mkdir()
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


def remove_folder(folder: Path) -> None:
    """Remove ``folder`` and all in it, as far as the system allows; no link is followed."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    for inside in _subfolders(folder):
        with contextlib.suppress(OSError):
            inside.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _subfolders(folder: Path) -> Iterator[Path]:
    """All folders below; the caller makes each readable before this enters it."""
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    path = Path(entry.path)
                    yield path
                    waiting.append(path)
