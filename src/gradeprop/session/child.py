"""One submission's process: runs its cells and answers what is asked about them. Untrusted.

A check that calls student code is answered in a fork of this process, so that whatever it does to the
state dies with it. Measured on 2 cores with the warm process's heap on huge pages: the fork answers
after 5 ms and is gone after 7.5 ms (13 and 25 ms on small pages). Reading values runs no code of the
student's and changes nothing, so it needs no fork.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from gradeprop.session.answering import Answering, out_of_memory
from gradeprop.session.outputs import OutputLog
from gradeprop.session.shell import NotebookShell
from gradeprop.session.tracebacks import exception_message
from gradeprop.session.values_codec import decode_asks, encode_outcomes
from gradeprop.session.warmup import seed_all
from gradeprop.session.wire import Channel, Frame, WireError

__all__ = ["Submission"]

# Taken before student code can replace them.
_fork, _exit, _waitpid, _kill = os.fork, os._exit, os.waitpid, os.kill
_now = time.monotonic
_FROM_GRADER = 1 << 30  # what the grader sends is trusted


@dataclass
class _Checker:
    """The fork that answers one check."""

    pid: int
    deadline: float
    status: int | None = None

    def reap(self, *, wait: bool = False) -> int | None:
        """Its wait status, or None while it runs."""
        if self.status is None:
            try:
                pid, status = _waitpid(self.pid, 0 if wait else os.WNOHANG)
            except ChildProcessError:
                pid, status = self.pid, 0
            if pid:
                self.status = status
        return self.status

    def end(self) -> int:
        if self.reap() is None:
            # A filter may forbid signals to others; its own alarm ends it then.
            with contextlib.suppress(PermissionError):
                _kill(self.pid, signal.SIGKILL)
            self.reap(wait=True)
        return self.status or 0


class Submission:
    """Serves the grader's requests on ``channel`` until it closes.

    Args:
        channel: the stream to the grader.
        shell: the warm shell, which this process owns from now on.
        folder: the empty working folder, already the current one.
    """

    def __init__(self, channel: Channel, shell: NotebookShell, folder: Path) -> None:
        self.channel, self.shell, self.folder = channel, shell, folder
        self.answering = Answering()
        self.checkers: dict[int, _Checker] = {}

    def serve(self) -> None:
        """Answer until the grader is gone."""
        handlers = {"start": self._start, "run": self._run, "read": self._read}
        handlers |= {"check": self._check, "how": self._how}
        while True:
            self._await_request()
            try:
                frame = self.channel.receive(accept_fds=True, json_cap=_FROM_GRADER, tail_cap=_FROM_GRADER)
                handlers[frame.head["op"]](frame)
            except WireError as error:
                if error.kind == "eof":
                    return
                raise

    def _await_request(self) -> None:
        """Wait for a request; meanwhile end checkers that are late."""
        while True:
            for checker in self.checkers.values():
                if checker.reap() is None and _now() > checker.deadline:
                    checker.end()
            pending = [c.deadline for c in self.checkers.values() if c.status is None]
            timeout = max(0.0, min(pending) - _now()) + 0.01 if pending else None
            if select.select([self.channel], [], [], timeout)[0]:
                return

    def _start(self, frame: Frame) -> None:
        head, at = frame.head, 0
        for name, size in head["files"]:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(frame.tail[at : at + size])
            at += size
        self.shell.shown = OutputLog(head["cell_bytes"], head["total_bytes"])
        self.shell.capture.log = self.shell.shown
        self.answering = Answering(head["result_bytes"], self.shell.cell_of)
        sys.path.insert(0, "")
        seed_all(head["seed"])

    def _run(self, frame: Frame) -> None:
        head = frame.head
        result = self.shell.run_source(head["source"], head["label"])
        error = result.error
        status, message = "ok", None
        if error is not None:
            status = "memory" if out_of_memory(error) else "error"
            message = f"{type(error).__name__}: {exception_message(error)}"
        elif result.spent:
            status = "output"
        self.channel.send(
            {
                "n": head["n"],
                "status": status,
                "outputs": result.outputs,
                "count": result.execution_count,
                "message": message,
            }
        )

    def _read(self, frame: Frame) -> None:
        asks = decode_asks(frame.head["asks"], frame.tail)
        rows, tail = encode_outcomes(self.answering.answer_all(asks, self.shell.user_ns))
        self.channel.send({"n": frame.head["n"], "outcomes": rows}, tail)

    def _check(self, frame: Frame) -> None:
        (descriptor,) = frame.fds
        for number, checker in list(self.checkers.items()):
            checker.end()
            del self.checkers[number]
        seconds = float(frame.head["seconds"])
        # Python reseeds this generator in every fork.
        numbers = random.getstate()
        pid = _fork()
        if pid == 0:
            try:
                random.setstate(numbers)
                self._answer(descriptor, seconds)
            finally:
                _exit(0)
        os.close(descriptor)
        self.checkers[frame.head["n"]] = _Checker(pid, _now() + seconds)

    def _answer(self, descriptor: int, seconds: float) -> None:
        """In the fork: answer one check's asks, one frame each, so that those before a crash count."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        self.channel.close()
        discard_streams()
        own = Channel(socket.socket(fileno=descriptor))
        frame = own.receive(json_cap=_FROM_GRADER, tail_cap=_FROM_GRADER)
        asks = decode_asks(frame.head["asks"], frame.tail)
        for outcome in self.answering.answer_all(asks, self.shell.user_ns):
            rows, tail = encode_outcomes([outcome])
            own.send({"outcomes": rows}, tail)

    def _how(self, frame: Frame) -> None:
        """How a check's fork ended; ends it if it has not."""
        checker = self.checkers.pop(frame.head["check"], None)
        status = checker.end() if checker is not None else 0
        code = os.waitstatus_to_exitcode(status)
        self.channel.send({"n": frame.head["n"], "code": code})


def discard_streams() -> None:
    """What a check's calls print must reach no output: it could show the hidden inputs."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = os.fdopen(null, "w", encoding="utf-8")
