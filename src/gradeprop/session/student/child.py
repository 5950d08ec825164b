"""One submission's process: runs its cells and answers what is asked about them. Untrusted.

What is asked after the last cell about a place before it, this process answers itself, as long as
it can go back there (see `gradeprop.session.student.places`). Whatever a call does to it can then
harm no cell any more, and a call that hangs or crashes ends a process that is hardly needed any
longer.

What is asked at the place where the notebook stands is different: cells may follow. Reading values
runs no code of the student's and changes nothing, so this process does it itself. Calls are
answered in a fork of it, a *checker*, so that whatever they do to the state dies with the checker,
and a call that hangs or crashes takes only the checker with it. Measured on 2 cores with the warm
process's heap on huge pages, the first answer of a fresh checker comes after 5 to 10 ms and its end
costs 2 ms more (twice that on small pages); a further check in the same checker costs about 1 ms.
So a checker goes on to the next check as long as it can go back to where it began, and is thrown
away for a fresh fork otherwise."""

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

from gradeprop.session.interface import Call, Read
from gradeprop.session.messages import OUT_OF_MEMORY
from gradeprop.session.student.answering import Answering, out_of_memory
from gradeprop.session.student.fingerprint import listing
from gradeprop.session.student.outputs import OutputLog
from gradeprop.session.student.places import Place
from gradeprop.session.student.shell import NotebookShell
from gradeprop.session.student.tracebacks import exception_message
from gradeprop.session.warm.warmup import seed_all, start_gpu
from gradeprop.session.wire.frames import Channel, Frame, WireError
from gradeprop.session.wire.values import decode_asks, encode_outcomes

__all__ = ["Submission"]

# Taken before student code can replace them.
_fork, _exit, _waitpid, _kill = os.fork, os._exit, os.waitpid, os.kill
_FROM_GRADER: Final = 1 << 30  # what the grader sends is trusted
_LONG_AGO_S: Final = 946_684_800  # 2000-01-01: files given to a notebook are not its own changes
_COPIED_BYTES: Final = 1 << 20
_COPIED_FILES: Final = 60


class Submission:
    """Serves the grader's requests on ``channel`` until it closes.

    Args:
        channel: the stream to the grader.
        shell: the warm shell, which this process owns from now on.
        folder: the empty working folder, already the current one.
        checks: another empty folder, for the checkers.
        seal: called in a checker with its folder and the descriptors that it needs, so that nothing
            of what it does reaches this process.
    """

    def __init__(
        self,
        channel: Channel,
        shell: NotebookShell,
        folder: Path,
        checks: Path,
        seal: Callable[[str, Sequence[int]], None],
    ) -> None:
        self.channel, self.shell, self.seal = channel, shell, seal
        self.folder, self.checks = folder, checks
        self.answering = Answering()
        self.pid = os.getpid()
        self.checkers: dict[int, int] = {}
        self.ended: dict[int, int] = {}
        self.places: dict[int, Place] = {}
        self.here: Place | None = None
        self.silent = False

    def serve(self) -> None:
        """Answer until the grader is gone."""
        handlers = {"start": self._start, "run": self._run, "mark": self._mark, "ask": self._ask}
        handlers |= {"read": self._read, "fork": self._fork, "end": self._end}
        while True:
            try:
                frame = self.channel.receive(
                    accept_fds=True, json_cap=_FROM_GRADER, tail_cap=_FROM_GRADER
                )
            except WireError:
                return
            try:
                self._reap()
                handlers[frame.head["op"]](frame)
            except MemoryError:
                _exit(OUT_OF_MEMORY)

    def _start(self, frame: Frame) -> None:
        head, at = frame.head, 0
        for name, size in head["files"]:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(frame.tail[at : at + size])
            os.utime(path, (_LONG_AGO_S, _LONG_AGO_S))
            at += size
        self.shell.shown = OutputLog(
            head["cell_bytes"], head["total_bytes"], self.shell.shown.hidden
        )
        self.shell.capture.log = self.shell.shown
        self.answering = Answering(head["result_bytes"], self.shell.cell_of)
        sys.path.insert(0, "")
        if head["gpu"]:
            self.channel.send({"gpu": start_gpu()})
        seed_all(head["seed"])

    def _run(self, frame: Frame) -> None:
        head = frame.head
        self.here = None
        for number in self.checkers:
            self._forget(number)  # what a call wrote down must not reach a cell's output
        result = self.shell.run_source(head["source"], head["label"])
        if os.getpid() != self.pid:
            _exit(0)  # the cell forked: this copy is not the notebook
        error = result.error
        status, message = "ok", None
        if error is not None:
            status = "memory" if out_of_memory(error) else "error"
            message = f"{type(error).__name__}: {exception_message(error)}"
        elif result.spent:
            status = "output"
        answer = {"n": head["n"], "status": status, "message": message}
        answer |= {"outputs": result.outputs, "count": result.execution_count}
        self.channel.send(answer)

    def _read(self, frame: Frame) -> None:
        asks = decode_asks(frame.head["asks"], frame.tail)
        rows, tail = encode_outcomes(self.answering.answer_all(asks, self.shell.user_ns))
        self.channel.send({"n": frame.head["n"], "outcomes": rows}, tail)

    # Places gone by.

    def _mark(self, frame: Frame) -> None:
        self.here = self.places[frame.head["place"]] = Place(self.shell.user_ns, self.folder)

    def _ask(self, frame: Frame) -> None:
        """Answer as at an earlier place. No cell runs here any more afterwards."""
        if not self.silent:
            self.silent = True
            discard_streams()
        place = self.places[frame.head["place"]]
        moved, self.here = place is not self.here, None
        self._answer(frame, place if moved else None, self.channel)
        if os.getpid() != self.pid:
            _exit(0)  # the call forked: this copy has nothing to say

    def _answer(self, frame: Frame, place: Place | None, channel: Channel) -> None:
        """Answer the asks in ``frame``, one frame for each answer, so that those before a crash
        count.

        Args:
            place: where to go back to first, if not all is still as it was there.
        """
        pid = os.getpid()
        asks = decode_asks(frame.head["asks"], frame.tail)
        called = [ask.name for ask in asks if isinstance(ask, Call)]
        read = [ask.name for ask in asks if isinstance(ask, Read)]
        if place is not None and not place.go_back(called, read):
            channel.send({"moved": True})
            return
        for outcome in self.answering.answer_all(asks, self.shell.user_ns):
            if os.getpid() != pid:
                return
            rows, tail = encode_outcomes([outcome])
            channel.send({"outcomes": rows}, tail)

    # Checkers.

    def _fork(self, frame: Frame) -> None:
        number, (descriptor,) = frame.head["n"], frame.fds
        # Python reseeds this generator in every fork.
        numbers = random.getstate()
        try:
            folder = self._own_folder(number)
            pid = _fork()
        except OSError:
            # the grader sees it; too many processes or files are the student's
            os.close(descriptor)
            return
        if pid == 0:
            try:
                random.setstate(numbers)
                self._be_checker(Channel(socket.socket(fileno=descriptor)), folder)
            finally:
                _exit(0)
        os.close(descriptor)
        self.checkers[number] = pid

    def _own_folder(self, number: int) -> Path:
        """Where a checker may write: a copy of the working folder's small files."""
        own = self.checks / str(number)
        own.mkdir()
        room = _COPIED_BYTES
        for name, size, _ in listing(self.folder)[:_COPIED_FILES]:
            path = self.folder / name
            if size < 0:
                (own / name).mkdir()
            elif path.is_file() and not path.is_symlink() and size <= room:
                room -= size
                shutil.copyfile(path, own / name)
        return own

    def _below(self) -> Path:
        """Where in the working folder the notebook has gone."""
        try:
            return Path.cwd().relative_to(self.folder)
        except (OSError, ValueError):  # it has removed that, or left the working folder
            return Path()

    def _be_checker(self, own: Channel, folder: Path) -> None:
        """In the fork: answer checks as long as it can go back to its beginning for the next."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        discard_streams()
        below = folder / self._below()
        os.chdir(below if below.is_dir() else folder)
        self.seal(str(folder), (0, 1, 2, own.fileno()))
        beginning, pid = Place(self.shell.user_ns, folder), os.getpid()
        place: Place | None = None
        while True:
            try:
                frame = own.receive(json_cap=_FROM_GRADER, tail_cap=_FROM_GRADER)
            except WireError:
                return
            # A hang that does not touch signals ends here; any other the grader ends from outside.
            signal.setitimer(signal.ITIMER_REAL, frame.head["seconds"])
            self._answer(frame, place, own)
            if os.getpid() != pid:
                return  # the call forked: this copy has nothing to say
            place = beginning
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _end(self, frame: Frame) -> None:
        """How a checker ended; ends it if it has not."""
        number = frame.head["checker"]
        pid = self.checkers.get(number)
        if pid is not None:
            # A filter may forbid signals to others; its own alarm ends it then, or the grader does.
            with contextlib.suppress(PermissionError):
                _kill(pid, signal.SIGKILL)
            self._bury(number, pid, 0)
        self.channel.send({"n": frame.head["n"], "code": self.ended.pop(number, 0)})

    def _reap(self) -> None:
        """Bury the checkers that have ended by themselves."""
        for number, pid in list(self.checkers.items()):
            self._bury(number, pid, os.WNOHANG)

    def _bury(self, number: int, pid: int, options: int) -> None:
        try:
            done, status = _waitpid(pid, options)
        except ChildProcessError:  # student code waited for it
            done, status = pid, 0
        if done:
            del self.checkers[number]
            self.ended[number] = os.waitstatus_to_exitcode(status)
            self._forget(number)

    def _forget(self, number: int) -> None:
        shutil.rmtree(self.checks / str(number), ignore_errors=True)


def discard_streams() -> None:
    """What a check's calls print must reach no output: it could show the hidden inputs."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = os.fdopen(null, "w", encoding="utf-8")
