"""Turns on one machine, between all workers there of one user: what is graded alone waits for the
others, and they wait for it."""

from __future__ import annotations

import fcntl
import functools
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["share_of_machine"]

_STEP_S: Final = 0.02
_PATIENCE_S: Final = 600.0
"""A worker that was stopped while it had its share would keep all others waiting for ever."""


@contextmanager
def share_of_machine(*, alone: bool) -> Iterator[None]:
    """Work beside others, or, if ``alone``, while no other of these blocks runs on this machine.

    Who waits to be alone holds the gate, so that no more come in."""
    folder = _folder()
    if folder is None:
        yield
        return
    mode = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    with ExitStack() as held:
        until = time.monotonic() + _PATIENCE_S
        gate = held.enter_context(_locked(folder / "gate", mode, until))
        held.enter_context(_locked(folder / "room", mode, until))
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield


def _folder() -> Path | None:
    """This user's own on this machine; None where somebody else has made it."""
    folder = Path(tempfile.gettempdir(), f"gradeprop-turns-{os.getuid()}-{_machine()}")
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    is_ours = found.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()
    return folder if is_ours else None


@functools.cache
def _machine() -> str:
    """A name that no other machine has: several may share a folder for temporary files, and locks
    in it. Containers on one machine share its processors, and this name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return platform.node()


@contextmanager
def _locked(path: Path, mode: int, until: float) -> Iterator[int]:
    """Lock the file, or go on without when it is too late."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while time.monotonic() < until:
            try:
                fcntl.flock(file, mode | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_STEP_S)
        yield file
    finally:
        os.close(file)
