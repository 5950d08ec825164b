"""Where operating systems differ, in one place: what Linux has and others lack.

Everything here works on Linux, macOS and Windows; nothing else in the package asks which it is."""

from __future__ import annotations

import io
import os
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

__all__ = [
    "ASK_WHERE",
    "KILLED",
    "NEEDS_LINUX",
    "NO_ISOLATION",
    "PASSED_ON",
    "apart",
    "end_all",
    "end_myself",
    "hear_interrupts",
    "interrupt_main",
    "interrupts_held",
    "is_linux",
    "name",
    "print_anything",
    "read_at",
]

NEEDS_LINUX: Final = "full and restricted isolation need Linux"
NO_ISOLATION: Final = (
    "use --isolation none for code that you trust, or grade in the container image, under WSL or "
    "on a Linux machine (docs/other-machines.md)"
)
PASSED_ON: Final = (
    *("PATH", "PATHEXT", "COMSPEC", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR"),
    *("NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
)
"""Environment variables without which programs do not start on some systems. No secrets."""

ASK_WHERE: Final = getattr(signal, "SIGUSR1", None)
"""The signal at which a process of ours writes down where it stands; None where there is none."""

KILLED: Final = -int(getattr(signal, "SIGKILL", 9))
"""The exit code of a process that was killed, as `subprocess` gives it."""

_END_S: Final = 30.0
_get_read: Final = getattr(os, "pread", None)
_seek, _read = os.lseek, os.read


def is_linux() -> bool:
    """Whether student code can be isolated, and graders run in copies of a process."""
    return sys.platform.startswith("linux")


def name() -> str:
    """What people call this system."""
    return {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, platform.system())


def apart() -> dict[str, Any]:
    """Arguments of `subprocess.Popen`: a process that does not hear the terminal's Ctrl-C, and that
    `end_all` can end with all that it has started."""
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # elsewhere there is no such flag
    return {"start_new_session": True, "creationflags": group}


def end_all(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started `apart`, and what it has started and not set free. On Windows
    what a process has started that has already ended itself is not found any more."""
    end_group = getattr(os, "killpg", None)
    if end_group is not None:
        with suppress(OSError):
            end_group(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=_END_S, check=False)
    process.kill()


def end_myself() -> None:
    """End this process at once, whatever it is doing."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def interrupt_main() -> None:
    """From another thread: Ctrl-C for this process's main thread, also where it sleeps, if the
    system can wake it."""
    send = getattr(signal, "pthread_kill", None)
    if send is None:
        import _thread

        _thread.interrupt_main()
    else:
        send(threading.main_thread().ident, signal.SIGINT)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """A process that is started meanwhile does not hear Ctrl-C until it asks for it with
    `hear_interrupts`; where the system has no such thing, it may."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started with the first process, it would lift the block
    blocked = mask(signal.SIG_BLOCK, {signal.SIGINT})  # a new process inherits it
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, blocked)


def hear_interrupts() -> None:
    """The other end of `interrupts_held`."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is not None:
        mask(signal.SIG_UNBLOCK, {signal.SIGINT})


def print_anything() -> None:
    """Rather a ``?`` than an error, where a pipe has not every character, as on Windows."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Up to so many bytes of an open file from ``offset`` on; it stands where it stood before."""
    if _get_read is not None:
        return _get_read(descriptor, size, offset)  # type: ignore[no-any-return]
    before = _seek(descriptor, 0, os.SEEK_CUR)
    _seek(descriptor, offset, os.SEEK_SET)
    try:
        return _read(descriptor, size)
    finally:
        _seek(descriptor, before, os.SEEK_SET)
