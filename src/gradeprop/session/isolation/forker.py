"""Forks a child of the warm process behind all layers of isolation.

No student code runs in it before they are on."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gradeprop.session.isolation import layers
from gradeprop.session.isolation.folders import enter_folder
from gradeprop.session.isolation.layers import Layers
from gradeprop.session.isolation.supervisor import Supervisor

__all__ = ["MAPS", "Forker", "Running", "address_space"]

# The descriptors that a child has besides the first three: the stream to the grader, the files that
# capture stdout and stderr, its own memory map, and until it is handed over the supervisor's
# listener.
_CHANNEL: Final = 3
_CAPTURED: Final = (4, 5)
MAPS: Final = 6
_HANDOVER: Final = 7
_ABOVE_ALL: Final = 64

# What a child does once its layers are on: (its channel's descriptor, those that capture stdout and
# stderr, its folder).
Body = Callable[[int, tuple[int, int], Path], None]


@dataclass
class Running:
    """A child, as the warm process knows it."""

    number: int
    pid: int
    pidfd: int
    folder: Path | None
    # Where the child hands over its listener, until it has.
    handover: socket.socket | None
    request: dict[str, Any]
    supervisor: Supervisor | None = None
    forks: int = 0


@dataclass
class Forker:
    """Forks children behind the layers.

    Attributes:
        layers: what each child puts on.
        body: what it does then.
        baseline_bytes: address space of this process; memory limits count from there.
        gpu: whether children may use a GPU; address space then says nothing about memory.
    """

    layers: Layers
    body: Body
    baseline_bytes: int
    gpu: bool = False

    def fork(self, request: dict[str, Any], channel: int) -> Running:
        """Start one child.

        Raises:
            OSError: it cannot be forked.
        """
        folder = None if self.layers.level == "full" else Path(tempfile.mkdtemp(prefix="notebook-"))
        handover, theirs = socket.socketpair() if self.layers.supervise else (None, None)
        parent = os.getpid()
        pid = self.layers.fork()
        if pid == 0:
            code = 70
            try:
                self.layers.leave(parent)
                self._become_child(request, channel, theirs, folder or Path(layers.OWN_FOLDER))
                code = 0
            except BaseException as error:
                report(error)
            finally:
                os._exit(code)
        if theirs is not None:
            theirs.close()
        return Running(request["id"], pid, os.pidfd_open(pid), folder, handover, request)

    def _become_child(
        self, request: dict[str, Any], channel: int, handover: socket.socket | None, own: Path
    ) -> None:
        os.setsid()
        with contextlib.suppress(OSError):
            # If memory runs out, this process and not the warm one is to go.
            Path("/proc/self/oom_score_adj").write_text("1000")
        enter_folder(own)
        captured = [os.open(own, os.O_TMPFILE | os.O_RDWR, 0o600) for _ in _CAPTURED]
        maps = os.open("/proc/self/maps", os.O_RDONLY)  # later the layers will not allow it
        kept = [channel, *captured, maps]
        if handover is not None:
            kept.append(handover.fileno())
        keep_descriptors(kept)
        limits = layers.resource_limits(
            request, self.baseline_bytes, self.layers.level, gpu=self.gpu
        )
        layers.limit_resources(limits)
        listener = self.layers.close_in(str(own))
        if listener:
            with socket.socket(fileno=_HANDOVER) as sender:
                socket.send_fds(sender, [b"x"], [listener])
            # Whoever holds it could answer for the supervisor.
            os.close(listener)
        # Last, so that whatever failed before is in the grader's log, and student code cannot write
        # there.
        for stream, file in zip((1, 2), _CAPTURED, strict=True):
            os.dup2(file, stream)
        self.body(_CHANNEL, _CAPTURED, own)


def keep_descriptors(kept: list[int]) -> None:
    """Have ``kept`` follow stdin (which is empty), stdout and stderr; close all others."""
    # High numbers first, so that none of the moves below overwrites one that is still needed.
    high = [move_up(descriptor) for descriptor in kept]
    for number, descriptor in enumerate(high, _CHANNEL):
        os.dup2(descriptor, number)
    os.closerange(_CHANNEL + len(high), os.sysconf("SC_OPEN_MAX"))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def move_up(descriptor: int) -> int:
    """A copy of ``descriptor`` with a number above those that a child uses."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, _ABOVE_ALL)


def report(error: BaseException) -> None:
    """Why a child could not go on, for the grader's log of this process."""
    with contextlib.suppress(OSError):
        os.write(2, f"child: {type(error).__name__}: {str(error)[:500]}\n".encode())


def address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
