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
"""A worker that hangs while it has its share would keep all others waiting for ever."""
_LOOK_S: Final = 1.0
"""How often to see whether who has the share could give it back."""


@contextmanager
def share_of_machine(*, alone: bool) -> Iterator[None]:
    """Work beside others, or, if ``alone``, while no other of these blocks runs on this machine.
    A process that is stopped (Ctrl-Z, SIGSTOP) is not waited for, where the system tells of it.

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
    """Lock the file, or go on without when it is too late, or nobody would open it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        look = time.monotonic() + _LOOK_S
        while time.monotonic() < until:
            try:
                fcntl.flock(file, mode | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_STEP_S)
            if time.monotonic() > look:
                look = time.monotonic() + _LOOK_S
                if _is_held_by_stopped(file):
                    break
        yield file
    finally:
        os.close(file)


def _is_held_by_stopped(file: int) -> bool:
    """Whether all processes that hold this file's lock are stopped. False where it cannot be seen:
    Linux tells (proc_locks(5), proc_pid_stat(5)), of processes in this container."""
    number = os.fstat(file).st_ino
    try:
        locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
        held = [line.split() for line in locks if " FLOCK " in line]
        holders = {int(lock[4]) for lock in held if lock[5].endswith(f":{number}")}
        return bool(holders) and all(_is_stopped(holder) for holder in holders)
    except (OSError, ValueError, IndexError):
        return False


def _is_stopped(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    return stat.rpartition(")")[2].split()[0] == "T"
