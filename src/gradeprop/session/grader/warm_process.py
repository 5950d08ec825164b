"""The grader's handle on a warm process: start it, open and signal children, hear how they end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any, Final, TypeAlias

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.session.grader.double_process import DoubleProcess, sender_of
from gradeprop.session.isolation.processes import processes_below
from gradeprop.session.wire.frames import Channel

__all__ = ["ForkedChild", "Start", "WarmProcess", "WarmProcessLostError"]

# From a cold disk importing torch alone takes long.
START_S: Final = 120.0
# How long the kernel may take to end a killed process.
KILL_S: Final = 10.0
_MESSAGE_CAP: Final = 1 << 16
_HANG_UP_MS: Final = 2_000

Start: TypeAlias = "Callable[[int, IO[bytes]], subprocess.Popen[bytes] | DoubleProcess]"


class WarmProcessLostError(Exception):
    """The warm process went away, and all its children with it."""


class ForkedChild:
    """A `Child` that the warm process has forked."""

    def __init__(self, warm: WarmProcess, number: int, channel: Channel) -> None:
        self._warm = warm
        self.number = number
        self.channel = channel
        self._code: int | None = None

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._warm.signal(self.number, signal.SIGINT)

    def allow(self, *, forks: int, files: int) -> None:
        """Where they are counted: the next ``forks`` and so many ``files`` are the grader's."""
        self._warm.allow(self.number, forks, files)

    def processes(self) -> set[int]:
        """It and all that runs or has not been buried beside it, by their ids here."""
        return set(self._warm.processes())

    def ended(self, seconds: float) -> int | None:
        """Its exit code (minus the signal that ended it) if it ends within ``seconds``."""
        if self._code is None:
            self._code = self._warm.ended(self.number, seconds)
        return self._code

    def kill(self) -> int:
        """End it and everything it started; returns its exit code.

        Raises:
            WarmProcessLostError: the warm process does not obey any more.
        """
        self.channel.close()
        code = self.ended(0)
        if code is None:
            self._warm.signal(self.number, signal.SIGKILL)
            code = self.ended(KILL_S)
        if code is None:
            self._warm.kill()
            raise WarmProcessLostError("it did not end a child")
        return code


class WarmProcess:
    """A warm process, on its way from the beginning and to be used once `ready` has returned.

    Args:
        start: starts it, given the descriptor of its end of the control socket and a file for its
            log.
    """

    def __init__(self, start: Start) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._endings: dict[int, int] = {}
        self._failures: dict[int, str] = {}
        self._count = 0
        self._doubles: list[DoubleProcess] = []
        self.lost = False
        self._owner = os.getpid()
        self._began = time.monotonic()
        self._is_ready = False
        try:
            self._process = start(theirs.fileno(), self._log)
        finally:
            theirs.close()

    def ready(self) -> None:
        """Wait until it has imported everything.

        Raises:
            GraderFault: it does not start.
            MissingFacility: a package to preload is not installed.
        """
        if self._is_ready:
            return
        ready = self._first_message(self._began + START_S)
        self._is_ready = True
        if ready["missing"]:
            self.close()
            names = ", ".join(ready["missing"])
            raise MissingFacility(f"cannot import {names}", remedy=f"pip install {names}")
        if ready["threads"] != 1:
            self.close()
            raise GraderFault(
                f"the warm process has {ready['threads']} threads and cannot be forked safely",
                remedy="a package in course.yaml starts threads when imported; do not preload it",
            )

    def _first_message(self, deadline: float) -> dict[str, Any]:
        try:
            message = self._receive(deadline)
        except WarmProcessLostError:
            message = None
        if message is None or "ready" not in message:
            self.kill()
            raise GraderFault(f"the warm process did not start: {self.log_tail()}")
        ready: dict[str, Any] = message["ready"]
        return ready

    def processes(self) -> list[int]:
        """It and all that it has started, by their ids here, but for its doubles and theirs."""
        self._doubles = [double for double in self._doubles if double.runs]
        others: set[int] = set()
        for double in self._doubles:
            others |= {double.pid, *processes_below(double.pid)}
        own = processes_below(self._process.pid)
        return [self._process.pid, *(pid for pid in own if pid not in others)]

    def double(self, control: int, log: IO[bytes]) -> DoubleProcess:
        """Start a copy of it, which ends when it does; a `Start` of another `WarmProcess`.

        Raises:
            GraderFault: it cannot be copied.
            WarmProcessLostError: it is gone.
        """
        self.ready()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            message = json.dumps({"op": "double"}).encode()
            self._send(message, [control, log.fileno(), theirs.fileno()])
            theirs.close()
            pid = sender_of(ours, KILL_S)
        if pid is None and self._has_hung_up():
            self.kill()
            raise WarmProcessLostError("it went away")
        if pid is None:
            raise GraderFault(f"the warm process cannot be copied: {self.log_tail()}")
        double = DoubleProcess(pid)
        self._doubles.append(double)
        return double

    def log_tail(self) -> str:
        """The last lines that the warm process wrote to its stderr."""
        self._log.seek(0)
        lines = self._log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return " | ".join(lines[-5:]) or "it said nothing"

    def open(self, request: dict[str, Any]) -> ForkedChild:
        """Fork a child; it will read its requests from the returned child's channel.

        Raises:
            WarmProcessLostError: the warm process is gone.
        """
        self._count += 1
        ours, theirs = socket.socketpair()
        try:
            message = json.dumps({"op": "open", "id": self._count, **request}).encode()
            self._send(message, [theirs.fileno()])
        except WarmProcessLostError:
            ours.close()
            raise
        finally:
            theirs.close()
        return ForkedChild(self, self._count, Channel(ours))

    def signal(self, number: int, which: int) -> None:
        message = {"op": "signal", "id": number, "signal": int(which)}
        self._send(json.dumps(message).encode(), [])

    def allow(self, number: int, forks: int, files: int) -> None:
        message = {"op": "allow", "id": number, "forks": forks, "files": files}
        self._send(json.dumps(message).encode(), [])

    def ended(self, number: int, seconds: float) -> int | None:
        """The exit code of child ``number`` if it ends within ``seconds``.

        Raises:
            GraderFault: the child could not be started.
            WarmProcessLostError: the warm process is gone.
        """
        deadline = time.monotonic() + seconds
        while number not in self._endings and number not in self._failures:
            message = self._receive(deadline)
            if message is None:
                return None
            if "ended" in message:
                self._endings[message["id"]] = message["ended"]
            else:
                self._failures[message["id"]] = message.get("failed", "?")
        if number in self._failures:
            raise GraderFault(f"a session could not start: {self._failures.pop(number)}")
        return self._endings.pop(number)

    def _send(self, message: bytes, fds: list[int]) -> None:
        try:
            self._control.settimeout(KILL_S)
            socket.send_fds(self._control, [message], fds)
        except OSError as error:
            self.kill()
            raise WarmProcessLostError(str(error)) from None

    def _receive(self, deadline: float) -> dict[str, Any] | None:
        """The next message, or None at the deadline."""
        try:
            self._control.settimeout(max(0.0, deadline - time.monotonic()))
            data = self._control.recv(_MESSAGE_CAP)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            data = b""
        if not data:
            self.kill()
            raise WarmProcessLostError("it went away")
        message: dict[str, Any] = json.loads(data)
        return message

    def _has_hung_up(self) -> bool:
        """Whether it has ended. A process that is being killed closes what it has open one by one,
        so this waits a moment."""
        poller = select.poll()
        poller.register(self._control, 0)
        return any(events & select.POLLHUP for _, events in poller.poll(_HANG_UP_MS))

    def kill(self) -> None:
        """End it and all its children at once."""
        self.lost = True
        self._process.kill()
        if os.getpid() != self._owner:
            # In a copy of the process that started it Python holds it for ended. Nobody waits for
            # it meanwhile, so that its number is still its own.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_S)
        self._hang_up()

    def _hang_up(self) -> None:
        """Have it read that there is no more, whoever else has a copy of this end."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()

    def close(self) -> None:
        """Let it end by itself, then make sure."""
        if not self._is_ready and not self.lost:
            self.kill()  # it hears nothing before it has imported everything
        if not self.lost:
            self._hang_up()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(KILL_S)
            self.lost = True
            self._process.kill()
            self._process.wait(KILL_S)
        self._log.close()
