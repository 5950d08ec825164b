"""Checkers: forks of the notebook's process that answer a check while cells may follow. Untrusted.

Whatever a call does to the state dies with the checker, and a call that hangs or crashes takes only
the checker with it. Each answers one check."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gradeprop.session.messages import NOT_STARTED
from gradeprop.session.student.shell import NotebookShell
from gradeprop.session.student.unattended import refuse
from gradeprop.session.wire.frames import Channel, Frame, WireError

__all__ = ["FROM_GRADER", "Answer", "Checkers", "Seal", "discard_streams"]

# Taken before student code can replace them.
_fork = os.fork
_exit = os._exit
_waitpid = os.waitpid
_kill = os.kill
# The most bytes in a frame of the grader's, which is trusted.
FROM_GRADER: Final = 1 << 30
# What a checker gets a copy of.
_COPIED_BYTES: Final = 1 << 20
_COPIED_FILES: Final = 60

# Answers the asks in a frame on a channel.
Answer = Callable[[Frame, Channel], None]
# Called in a checker with its folder and the descriptors that it needs, so that nothing of what it
# does reaches the process that it was forked from.
Seal = Callable[[str, Sequence[int]], None]


class Checkers:
    """Of one notebook's process.

    Args:
        shell: the notebook's.
        folder: the notebook's working folder.
        checks: an empty folder, in which each checker has its own.
        seal: keeps a checker's doings in.
        answer: answers the asks in a frame.
    """

    def __init__(
        self, shell: NotebookShell, folder: Path, checks: Path, seal: Seal, answer: Answer
    ) -> None:
        self._shell = shell
        self._folder = folder
        self._checks = checks
        self._seal = seal
        self._answer = answer
        self._running: dict[int, int] = {}
        self._ended: dict[int, int] = {}

    def fork(self, number: int, descriptor: int) -> None:
        """Start the checker ``number``, which hears of its check through ``descriptor``."""
        # Python reseeds this generator in every fork.
        numbers = random.getstate()
        try:
            own = self._own_folder(number)
            pid = _fork()
        except OSError:
            # Too many processes or files are the student's doing; the grader sees it by this.
            self._ended[number] = NOT_STARTED
            os.close(descriptor)
            return
        if pid == 0:
            try:
                random.setstate(numbers)
                self._be_checker(Channel(socket.socket(fileno=descriptor)), own)
            finally:
                _exit(0)
        os.close(descriptor)
        self._running[number] = pid

    def end(self, number: int) -> int:
        """How the checker ``number`` ended; ends it if it has not."""
        pid = self._running.get(number)
        if pid is not None:
            # A filter may forbid signals to others; its own alarm ends it then, or the grader does.
            with contextlib.suppress(PermissionError):
                _kill(pid, signal.SIGKILL)
            self._bury(number, pid, 0)
        return self._ended.pop(number, 0)

    def reap(self) -> None:
        """Bury those that have ended by themselves."""
        for number, pid in list(self._running.items()):
            self._bury(number, pid, os.WNOHANG)

    def forget_folders(self) -> None:
        """Remove what calls wrote down: it must not reach a cell's output."""
        for number in self._running:
            self._forget_folder(number)

    def _own_folder(self, number: int) -> Path:
        """Where a checker may write: a copy of the working folder's small files."""
        own = self._checks / str(number)
        own.mkdir()
        room = _COPIED_BYTES
        for path in sorted(self._folder.rglob("*"))[:_COPIED_FILES]:
            copy = own / path.relative_to(self._folder)
            if path.is_symlink():
                continue
            if path.is_dir():
                copy.mkdir()
            elif path.is_file() and (size := path.stat().st_size) <= room:
                room -= size
                shutil.copy2(path, copy)
        return own

    def _below(self) -> Path:
        """Where in the working folder the notebook has gone."""
        try:
            return Path.cwd().relative_to(self._folder)
        except (OSError, ValueError):  # it has removed that, or left the working folder
            return Path()

    def _be_checker(self, channel: Channel, own: Path) -> None:
        """In the fork: answer one check."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        discard_streams()
        below = own / self._below()
        os.chdir(below if below.is_dir() else own)
        self._seal(str(own), (0, 1, 2, channel.fileno()))
        self._shell.cell_loop.leave()
        try:
            frame = channel.receive(json_cap=FROM_GRADER, tail_cap=FROM_GRADER)
        except WireError:
            return
        # A hang that does not touch signals ends here; any other the grader ends from outside.
        signal.setitimer(signal.ITIMER_REAL, frame.head["seconds"])
        self._answer(frame, channel)

    def _bury(self, number: int, pid: int, options: int) -> None:
        try:
            ended, status = _waitpid(pid, options)
        except ChildProcessError:  # student code waited for it
            ended, status = pid, 0
        if ended:
            del self._running[number]
            self._ended[number] = os.waitstatus_to_exitcode(status)
            self._forget_folder(number)

    def _forget_folder(self, number: int) -> None:
        shutil.rmtree(self._checks / str(number), ignore_errors=True)


def discard_streams() -> None:
    """What a check's calls print must reach no output: it could show the hidden inputs.

    And what they ask of a person nobody answers."""
    refuse()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = os.fdopen(null, "w", encoding="utf-8", errors="backslashreplace")
