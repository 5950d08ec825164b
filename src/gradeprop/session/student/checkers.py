"""Checkers: forks of the notebook's process that answer a check while cells may follow. Untrusted.

Whatever a call does to the state dies with the checker, and a call that hangs or crashes takes only
the checker with it. Each answers one check."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.messages import NOT_STARTED
from gradeprop.session.student.shell import NotebookShell
from gradeprop.session.student.streams import discard_streams
from gradeprop.session.wire.frames import FROM_GRADER, Channel, Frame, WireError

__all__ = ["Answer", "Checkers", "Seal"]

__builtins__ = KEPT

# Taken before student code can replace them.
_exit, _exit_code = os._exit, os.waitstatus_to_exitcode
_fork, _kill, _waitpid = os.fork, os.kill, os.waitpid
_chdir, _getcwd, _mkdir, _scandir, _utime = os.chdir, os.getcwd, os.mkdir, os.scandir, os.utime
_close = os.close
_getstate, _setstate = random.getstate, random.setstate
_rmtree = shutil.rmtree
_setitimer, _set_handler = signal.setitimer, signal.signal
_Socket = socket.socket
_SIGALRM, _SIGINT, _SIGKILL = signal.SIGALRM, signal.SIGINT, signal.SIGKILL
_DEFAULT, _IGNORED = signal.SIG_DFL, signal.SIG_IGN
_REAL_TIME, _WNOHANG = signal.ITIMER_REAL, os.WNOHANG
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
        self._folder = str(folder)
        self._checks = str(checks)
        self._seal = seal
        self._answer = answer
        self._running: dict[int, int] = {}
        self._ended: dict[int, int] = {}

    def fork(self, number: int, descriptor: int) -> None:
        """Start the checker ``number``, which hears of its check through ``descriptor``."""
        # Python reseeds this generator in every fork.
        numbers = _getstate()
        try:
            own = self._own_folder(number)
            pid = _fork()
        except OSError:
            # Too many processes or files are the student's doing; the grader sees it by this.
            self._ended[number] = NOT_STARTED
            _close(descriptor)
            return
        if pid == 0:
            try:
                _setstate(numbers)
                self._be_checker(Channel(_Socket(fileno=descriptor)), own)
            finally:
                _exit(0)
        _close(descriptor)
        self._running[number] = pid

    def end(self, number: int) -> int:
        """How the checker ``number`` ended; ends it if it has not."""
        pid = self._running.get(number)
        if pid is not None:
            # A filter may forbid signals to others; its own alarm ends it then, or the grader does.
            with suppress(PermissionError):
                _kill(pid, _SIGKILL)
            self._bury(number, pid, 0)
        return self._ended.pop(number, 0)

    def reap(self) -> None:
        """Bury those that have ended by themselves."""
        for number, pid in list(self._running.items()):
            self._bury(number, pid, _WNOHANG)

    def forget_folders(self) -> None:
        """Remove what calls wrote down: it must not reach a cell's output."""
        for number in self._running:
            self._forget_folder(number)

    def _own_folder(self, number: int) -> str:
        """Where a checker may write: a copy of the working folder's small files."""
        own = self._place_of(number)
        _mkdir(own)
        room = _COPIED_BYTES
        for entry in _entries_below(self._folder)[:_COPIED_FILES]:
            copy = own + entry.path[len(self._folder) :]
            if entry.is_symlink():
                continue
            if entry.is_dir():
                _mkdir(copy)
            elif entry.is_file() and (size := entry.stat().st_size) <= room:
                room -= size
                _copy_file(entry, copy)
        return own

    def _below(self) -> str:
        """Where in the working folder the notebook has gone."""
        try:
            present = _getcwd()
        except OSError:  # it has removed that
            return ""
        inside = present.startswith(f"{self._folder}/")
        return present[len(self._folder) :] if inside else ""

    def _be_checker(self, channel: Channel, own: str) -> None:
        """In the fork: answer one check."""
        _set_handler(_SIGINT, _IGNORED)
        _set_handler(_SIGALRM, _DEFAULT)
        discard_streams()
        below = own + self._below()
        try:
            _chdir(below)
        except OSError:  # it was not copied
            _chdir(own)
        self._seal(own, (0, 1, 2, channel.fileno()))
        self._shell.cell_loop.leave()
        try:
            frame = channel.receive(json_cap=FROM_GRADER, tail_cap=FROM_GRADER)
        except WireError:
            return
        # A hang that does not touch signals ends here; any other the grader ends from outside.
        _setitimer(_REAL_TIME, frame.head["seconds"])
        self._answer(frame, channel)

    def _bury(self, number: int, pid: int, options: int) -> None:
        try:
            ended, status = _waitpid(pid, options)
        except ChildProcessError:  # student code waited for it
            ended, status = pid, 0
        if ended:
            del self._running[number]
            self._ended[number] = _exit_code(status)
            self._forget_folder(number)

    def _forget_folder(self, number: int) -> None:
        with suppress(Exception):  # whatever student code has made of what that calls
            _rmtree(self._place_of(number), ignore_errors=True)

    def _place_of(self, number: int) -> str:
        return f"{self._checks}/{number}"


def _entries_below(folder: str) -> list[os.DirEntry[str]]:
    """All files and folders in it and in its folders, by path."""
    return sorted(_walk(folder), key=lambda entry: entry.path)


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(_scandir(folder))
    except OSError:  # it may not be read
        return
    for entry in entries:
        yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)


def _copy_file(entry: os.DirEntry[str], copy: str) -> None:
    with open(entry.path, "rb") as file, open(copy, "wb") as copied:  # noqa: PTH123
        copied.write(file.read())
    known = entry.stat()
    _utime(copy, ns=(known.st_atime_ns, known.st_mtime_ns))
