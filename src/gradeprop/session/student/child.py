"""The process of one student's notebook: runs its cells, answers what is asked of them. Untrusted.

What is asked after the last cell about a place before it, this process answers itself, by the
objects that were there (see `gradeprop.session.student.places`). Whatever a call does to it can
then harm no cell any more, and a call that hangs or crashes ends a process that is hardly needed
any longer.

What is asked at the place where the notebook stands is different: cells may follow. Reading values
runs no code of the student's and changes nothing, so this process does it itself. Calls are
answered in a fork of it (see `gradeprop.session.student.checkers`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.messages import OUT_OF_MEMORY
from gradeprop.session.questions import Define
from gradeprop.session.student.answering import Answering, out_of_memory
from gradeprop.session.student.beginning import seed_all, start_gpu
from gradeprop.session.student.passes import PASSES
from gradeprop.session.student.places import Bookmark
from gradeprop.session.student.shell import NotebookShell
from gradeprop.session.student.streams import discard_streams
from gradeprop.session.student.tracebacks import exception_message
from gradeprop.session.wire.asks import decode_asks
from gradeprop.session.wire.frames import FROM_GRADER, Channel, Frame, WireError
from gradeprop.session.wire.outcomes import encode_outcomes

if TYPE_CHECKING:
    from gradeprop.session.student.checkers import Answer, Checkers

__all__ = ["NotebookProcess"]

__builtins__ = KEPT

# Taken before student code can replace it.
_exit = os._exit
_getpid = os.getpid
_LONG_AGO_S: Final = 946_684_800  # 2000-01-01: files given to a notebook are not its own changes


class NotebookProcess:
    """Serves the grader's requests on ``channel`` until it closes.

    Args:
        channel: the stream to the grader.
        shell: the warm shell, which this process owns from now on.
        folder: the empty working folder, already the current one.
        checkers: makes the checkers, from what answers their asks; none where there are no forks.
    """

    def __init__(
        self,
        channel: Channel,
        shell: NotebookShell,
        folder: Path,
        checkers: Callable[[Answer], Checkers] | None = None,
    ) -> None:
        self.channel = channel
        self.shell = shell
        self.folder = folder
        self.answering = Answering()
        self.checkers = None if checkers is None else checkers(self._answer)
        self.pid = _getpid()
        self.places: dict[int, Bookmark] = {}
        self.silent = False

    def serve(self) -> None:
        """Answer until the grader is gone."""
        handlers = {
            "start": self._start,
            "run": self._run,
            "mark": self._mark,
            "ask": self._ask,
            "read": self._read,
            "fork": self._fork,
            "end": self._end,
        }
        while True:
            try:
                frame = self.channel.receive(
                    accept_fds=True, json_cap=FROM_GRADER, tail_cap=FROM_GRADER
                )
            except WireError:
                return
            try:
                if self.checkers is not None:
                    self.checkers.reap()
                handlers[frame.head["op"]](frame)
            except MemoryError:
                _exit(OUT_OF_MEMORY)

    def _start(self, frame: Frame) -> None:
        head = frame.head
        self._lay_out(head["files"], frame.tail)
        self.shell.keep(head["cell_bytes"], head["total_bytes"])
        self.answering = Answering(head["result_bytes"], self.shell.cell_of)
        sys.path.insert(0, "")
        if head["gpu"]:
            self.channel.send({"gpu": start_gpu(head["memory_mb"])})
        PASSES.begin()
        seed_all(head["seed"])

    def _lay_out(self, files: list[tuple[str, int]], contents: bytes) -> None:
        """Write the files that were given: names and sizes, and what lies in all of them."""
        begin = 0
        for name, size in files:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents[begin : begin + size])
            os.utime(path, (_LONG_AGO_S, _LONG_AGO_S))
            begin += size

    def _run(self, frame: Frame) -> None:
        head = frame.head
        if self.checkers is not None:
            self.checkers.forget_folders()
        result = self.shell.run_source(head["source"], head["label"])
        if _getpid() != self.pid:
            _exit(0)  # the cell forked: this copy is not the notebook
        status = "ok"
        message = None
        if result.error is not None:
            status = "memory" if out_of_memory(result.error) else "error"
            message = f"{type(result.error).__name__}: {exception_message(result.error)}"
        elif result.spent:
            status = "output"
        self.channel.send({
            "n": head["n"],
            "status": status,
            "message": message,
            "outputs": result.outputs,
            "count": result.execution_count,
        })  # fmt: skip

    def _read(self, frame: Frame) -> None:
        asks = decode_asks(frame.head["asks"], frame.tail)
        rows, tail = encode_outcomes(self.answering.answer_all(asks, self.shell.user_ns))
        self.channel.send({"n": frame.head["n"], "outcomes": rows}, tail)

    # Places gone by.

    def _mark(self, frame: Frame) -> None:
        head = frame.head
        self.places[head["place"]] = Bookmark(head["names"], self.shell.user_ns)

    def _ask(self, frame: Frame) -> None:
        """Answer as at an earlier place, or as things stand. No cell runs here afterwards."""
        if not self.silent:
            self.silent = True
            discard_streams()
        place = frame.head["place"]
        self._answer(frame, self.channel, None if place is None else self.places[place])
        if _getpid() != self.pid:
            _exit(0)  # the call forked: this copy has nothing to say

    def _answer(self, frame: Frame, channel: Channel, place: Bookmark | None = None) -> None:
        """Answer the asks in ``frame``, each in a frame, so that those before a crash count.

        Args:
            place: whose objects to ask, those that the names are bound to now if not given.
        """
        pid = _getpid()
        asks = decode_asks(frame.head["asks"], frame.tail)
        defining = any(isinstance(ask, Define) for ask in asks)
        names: Mapping[str, Any] | None = self.shell.user_ns
        if place is not None and not defining:
            names = place.names(name for ask in asks for name in ask.names)
        if names is None:
            channel.send({"gone": True})
            return
        as_it_was = dict(self.shell.user_ns) if defining else None
        for outcome in self.answering.answer_all(asks, names):
            if _getpid() != pid:
                return
            rows, tail = encode_outcomes([outcome])
            channel.send({"outcomes": rows}, tail)
        if as_it_was is not None:
            self.shell.user_ns.clear()
            self.shell.user_ns.update(as_it_was)

    # Checkers.

    def _fork(self, frame: Frame) -> None:
        assert self.checkers is not None
        (descriptor,) = frame.fds
        self.checkers.fork(frame.head["n"], descriptor)

    def _end(self, frame: Frame) -> None:
        assert self.checkers is not None
        code = self.checkers.end(frame.head["checker"])
        self.channel.send({"n": frame.head["n"], "code": code})
