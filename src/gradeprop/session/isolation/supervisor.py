"""Counts what one child starts and creates, where no namespace or control group does it.

The kernel suspends the child in the calls that the supervising filter names (see
`gradeprop.session.isolation.filters`) and asks here. Only numbers in registers decide, never the
child's memory, so nothing can change between the question and the answer. Runs in the warm process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import struct
from dataclasses import dataclass
from typing import Final

from gradeprop.session.isolation.processes import processes_below

__all__ = ["Supervisor"]

_RECEIVE: Final = 0xC0502100
_SEND: Final = 0xC0182101
_CONTINUE: Final = 1
_CLONE_THREAD: Final = 0x10000
_NUMBERS: Final = {
    "x86_64": {
        **{56: "clone", 57: "fork", 58: "vfork"},
        **dict.fromkeys((2, 83, 85, 257, 258), "file"),
    },
    "aarch64": {220: "clone", 56: "file", 34: "file"},
}


@dataclass
class Supervisor:
    """Decides for one child.

    Attributes:
        listener: the descriptor that the filter gave.
        pid: the child.
        tasks: processes and threads that may be alive at once, all of the child's.
        processes: processes that student code may have alive besides the child itself.
        files: how often files and folders may still be created.
        forks: how many forks the grader has asked for and not yet seen.
    """

    listener: int
    pid: int
    tasks: int
    processes: int
    files: int
    forks: int = 0

    def fileno(self) -> int:
        return self.listener

    def close(self) -> None:
        os.close(self.listener)

    def answer(self) -> bool:
        """Answer one waiting call. False when the child is gone."""
        question = bytearray(80)
        try:
            fcntl.ioctl(self.listener, _RECEIVE, question)
        except OSError as error:
            return error.errno in (errno.EINTR, errno.ENOENT)
        number, _, _ = struct.unpack_from("=QII", question)
        (call,) = struct.unpack_from("=i", question, 16)
        (first,) = struct.unpack_from("=Q", question, 32)
        refused = self._refused(_NUMBERS[platform.machine()].get(call, ""), first)
        answer = struct.pack("=QqiI", number, 0, -refused, 0 if refused else _CONTINUE)
        # The asker may have been killed meanwhile.
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.listener, _SEND, answer)
        return True

    def _refused(self, call: str, first: int) -> int:
        """The error number to refuse with, or 0."""
        if call == "file":
            self.files -= 1
            return 0 if self.files >= 0 else errno.EDQUOT
        if call == "clone" and first & _CLONE_THREAD:
            return 0 if self._tasks_now() < self.tasks else errno.EAGAIN
        if self.forks > 0:
            self.forks -= 1
            return 0
        if self.processes == 0:
            return errno.EPERM
        below = processes_below(self.pid)
        if len(below) >= self.processes + 1 or self._tasks_now() >= self.tasks:
            return errno.EAGAIN
        return 0

    def _tasks_now(self) -> int:
        return sum(_threads(pid) for pid in (self.pid, *processes_below(self.pid)))


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208
    except OSError:
        return 0
