"""A sandbox without walls, for systems on which nothing can be forked: a new Python for each run of
a notebook. Trusted side.

What holds on every system: the process is another, with an environment and a folder of its own; the
grader believes nothing that it says, waits no longer than the limits allow, and ends it from
outside. What a notebook may take of the machine's memory is not bounded, and its code has all the
rights of who grades: this is for code that is trusted.

Starting Python with torch takes seconds, which are at nobody's expense: one process more than is
used waits for the next run."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.session.grader.allowance import Allowance
from gradeprop.session.grader.conversation import Conversation
from gradeprop.session.grader.nursery import Setup, working_files
from gradeprop.session.grader.session import ProcessSession
from gradeprop.session.grader.warm_process import KILL_S, START_S
from gradeprop.session.interface import Level, Limits, Sandbox, Session
from gradeprop.session.isolation.environment import environment
from gradeprop.session.isolation.folders import remove_folder
from gradeprop.session.isolation.interpreter import own_code, package_paths, python_command
from gradeprop.session.wire.frames import Channel, WireError
from gradeprop.system import PASSED_ON, apart, end_all

__all__ = ["FreshChild", "FreshSandbox", "fresh_sandbox"]

_LOOK_S: Final = 0.2
# Whoever else calls at the port has so long to show that it is not ours.
_WORD_S: Final = 5.0


class FreshChild:
    """A `Child` in a Python of its own, on its way from the beginning; see `ready`.

    Args:
        folder: where it may write; what the sandbox's children share lies there, too.
        packages: what it imports besides torch.
        gpu: whether it may see one.
    """

    channel: Channel

    def __init__(self, folder: Path, packages: Sequence[str], *, gpu: bool) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="notebook-", dir=folder))
        self._log = (self._own / "log").open("w+b")
        self._word = secrets.token_hex(16)
        self._port = socket.create_server(("127.0.0.1", 0))
        self._until = time.monotonic() + START_S
        imports = [str(path) for path in (*package_paths(), own_code().parent)]
        python = getattr(sys, "_base_executable", None) or sys.executable
        self._process = subprocess.Popen(
            python_command(python, "warm.fresh", imports),
            env=_variables(folder, gpu=gpu),
            cwd=self._own,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            **apart(),
        )
        config = {
            "port": self._port.getsockname()[1],
            "word": self._word,
            "own": str(self._own),
            "fonts": str(folder),
            "packages": list(packages),
            "gpu": gpu,
            "python": [sys.executable, sys.prefix],
        }
        self._tell(json.dumps(config).encode() + b"\n")

    def ready(self) -> None:
        """Wait until it has imported everything; only then there is a ``channel``.

        Raises:
            GraderFault: it does not start.
            MissingFacility: a package to preload is not installed.
        """
        with self._port:
            stream = self._called_back()
        if stream is None:
            said = self._log_tail()
            self.end()
            raise GraderFault(f"a process for a notebook did not start: {said}")
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.channel = Channel(stream)
        try:
            missing = self.channel.receive(deadline=self._until).head["missing"]
        except (WireError, KeyError):
            missing = ["what gradeprop needs"]
        if missing:
            self.end()
            names = ", ".join(missing)
            raise MissingFacility(f"cannot import {names}", remedy=f"pip install {names}")

    def _called_back(self) -> socket.socket | None:
        """The connection on which it has shown its word; None if it does not call."""
        self._port.settimeout(_LOOK_S)
        while time.monotonic() < self._until and self._process.poll() is None:
            try:
                stream, _ = self._port.accept()
            except TimeoutError:
                continue
            if hmac.compare_digest(_first_word(stream, len(self._word)), self._word.encode()):
                return stream
            stream.close()  # some other program of this machine
        return None

    def _log_tail(self) -> str:
        self._log.seek(0)
        lines = self._log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return " | ".join(lines[-5:]) or "it said nothing"

    def _tell(self, said: bytes) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError):  # it has gone, which is seen elsewhere
            pipe.write(said)
            pipe.flush()

    def interrupt(self) -> None:
        self._tell(b"c")

    def allow(self, *, forks: int, files: int) -> None:
        """Nothing is counted here."""

    def processes(self) -> set[int]:
        return {self._process.pid}

    def ended(self, seconds: float) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.0, seconds))
        return None

    def kill(self) -> int:
        self.channel.close()
        return self.end()

    def end(self) -> int:
        """End it, also if it is not ready yet; returns its exit code."""
        ended = self.ended(0)
        end_all(self._process)
        self._port.close()
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        code = self._process.wait(KILL_S)
        self._log.close()
        remove_folder(self._own)
        return code if ended is None else ended


class FreshSandbox(Sandbox):
    """Opens sessions in `FreshChild` processes.

    Args:
        packages: what they import besides torch, as course.yaml declares.
        gpu: whether they use one.

    The first is started at once; `ready` waits for it.
    """

    level: Level = "none"
    can_fork_children = False
    memory_is_shared = True
    last_words = ""

    def __init__(self, packages: Sequence[str], *, gpu: bool = False) -> None:
        self._packages = tuple(packages)
        self._gpu = gpu
        self._sessions: set[Session] = set()
        self._folder = Path(tempfile.mkdtemp(prefix="gradeprop-fresh-"))
        self._spare: FreshChild | None = None
        self._closed = False
        self._is_ready = False
        try:
            self._spare = self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> FreshChild:
        return FreshChild(self._folder, self._packages, gpu=self._gpu)

    def ready(self) -> None:
        if not self._is_ready and self._spare is not None:
            self._spare.ready()
            self._is_ready = True

    def double(self) -> FreshSandbox:
        return FreshSandbox(self._packages, gpu=self._gpu)

    def open(
        self, *, limits: Limits, seed: int, files: Mapping[str, bytes] | None = None
    ) -> ProcessSession:
        setup = Setup(limits, seed, working_files(files), Allowance(limits))
        session = ProcessSession(self, setup)
        self._sessions.add(session)
        session.begin()
        return session

    def fork(self, setup: Setup) -> Conversation:
        """The conversation with a process that has just begun.

        Raises:
            GraderFault: it does not start.
            MissingFacility: a package to preload is not installed.
        """
        if self._closed:
            raise GraderFault("the sandbox is closed")
        self.ready()
        child, self._spare, self._is_ready = self._spare, None, False
        if child is None:
            child = self._start()
            child.ready()
        conversation = Conversation(
            child,
            setup.limits,
            supervised=False,
            memory_ran_out=lambda: False,
            allowance=setup.allowance,
        )
        cut = conversation.start(setup.seed, dict(setup.files), gpu=self._gpu)
        if cut is not None:
            child.kill()
            raise GraderFault(f"a session could not start: {cut.message}")
        self._spare = self._start()
        return conversation

    def alone(self, session: Session) -> bool:  # noqa: ARG002
        """What one process does costs no other."""
        return True

    def forget(self, session: Session) -> None:
        self._sessions.discard(session)

    def close(self) -> None:
        if self._closed:
            return
        for session in list(self._sessions):
            session.close()
        self._closed = True
        if self._spare is not None:
            self._spare.end()
            self._spare = None
        remove_folder(self._folder)


def fresh_sandbox(packages: Sequence[str], *, gpu: bool, wait: bool) -> FreshSandbox:
    """One that is open; see `gradeprop.session.grader.sandbox.open_sandbox`."""
    sandbox = FreshSandbox(packages, gpu=gpu)
    if wait:
        try:
            sandbox.ready()
        except BaseException:
            sandbox.close()
            raise
    return sandbox


def _variables(folder: Path, *, gpu: bool) -> dict[str, str]:
    """The environment: what a sandbox has, and what this system needs to start programs."""
    variables = environment(str(folder), (), gpu=gpu)
    variables |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    variables |= dict.fromkeys(("TEMP", "TMP", "USERPROFILE"), str(folder))
    if not Path(variables["SHELL"]).exists():
        del variables["SHELL"]  # the system's own is found without it
    return variables


def _first_word(stream: socket.socket, size: int) -> bytes:
    """Up to so many bytes that come first."""
    said = b""
    stream.settimeout(_WORD_S)
    with suppress(OSError):
        while len(said) < size and (part := stream.recv(size - len(said))):
            said += part
    return said
