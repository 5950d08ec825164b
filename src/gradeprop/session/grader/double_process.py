"""A warm process that is a copy of another: it is ready at once, and not a child of the grader.

The grader learns which one it is from the kernel, never from what the process says. Trusted side.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import weakref
from contextlib import suppress
from typing import Final

__all__ = ["DoubleProcess", "sender_of"]

# struct ucred: process, user and group of who sent a message, as the receiver sees them.
_CREDENTIALS: Final = struct.Struct("3i")


class DoubleProcess:
    """As much of a `subprocess.Popen` as a warm process's handle needs.

    Args:
        pid: its id here.

    Raises:
        ProcessLookupError: there is none.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._pidfd)

    @property
    def runs(self) -> bool:
        return not self._has_ended(0)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; its exit code is its parent's to know, and 0 here.

        Raises:
            subprocess.TimeoutExpired: it has not ended after ``timeout`` seconds.
        """
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired([f"process {self.pid}"], timeout or 0.0)
        return 0

    def _has_ended(self, timeout: float | None) -> bool:
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1000))


def sender_of(introduction: socket.socket, seconds: float) -> int | None:
    """Which process sends the first byte, by its id here; None if none does.

    Args:
        introduction: a connected socket of this machine, with ``SO_PASSCRED`` set before the byte
            was sent.
    """
    introduction.settimeout(seconds)
    try:
        said, told, _, _ = introduction.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
    except OSError:
        return None
    for level, kind, data in told:
        if said and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid: int = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
            return pid or None
    return None
