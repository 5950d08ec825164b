"""Sessions in a warm process's children: the sandbox that grading uses. Trusted side.

A session that loses its process (a crash, a hang that ignores Ctrl-C) gets a new one in which the cells
that had run well run again, so that what is asked later meets the state it should.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO, Any, Final, Literal, TypeVar

from gradeprop.errors import GraderFault, MissingFacility, UsageError
from gradeprop.session import messages
from gradeprop.session.control_group import ControlGroup, control_group
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Limits,
    Outcome,
    Read,
    Sandbox,
    Session,
    Stopped,
)
from gradeprop.session.probe import best_level, layers_for, working
from gradeprop.session.received import clean_outputs, optional_count, optional_text
from gradeprop.session.values_codec import decode_outcomes, encode_asks
from gradeprop.session.warm import Child, Start, WarmProcess, WarmProcessLostError
from gradeprop.session.wire import Channel, Frame, WireError

__all__ = ["ProcessSandbox", "ProcessSession", "open_sandbox"]

Isolation = Literal["auto", "full", "restricted", "none"]
Level = Literal["full", "restricted", "none"]
_Result = TypeVar("_Result")

# After Ctrl-C a cell may take this long to stop by itself; after a check's deadline, its process.
GRACE_S: Final = 1.0
REPLAY_INTERRUPTED_S: Final = 1.0
# Losing the warm process this often while alone in it is the submission's own doing.
_ALONE_LOSSES: Final = 2
_MAX_LOSSES: Final = 4
_MAX_REPLAYS: Final = 20
_JSON_SLACK: Final = 1 << 20
# What a submission may write: files of this size, and at `restricted` this many.
_FILE_BYTES: Final = 16 << 20
_FILES: Final = 256
# For `!cmd` where no control group bounds what all processes take together.
_SPARE_PROCESSES: Final = 3
# bubblewrap's, the warm process's, and room for children that are about to end.
_OWN_PROCESSES: Final = 16


class _CutShortError(Exception):
    """The child did not do what was asked; ``reason`` and ``message`` say what the student hears."""

    def __init__(self, reason: Literal["timeout", "killed", "memory", "output"], message: str) -> None:
        self.reason, self.message = reason, message
        super().__init__(message)


@dataclass(frozen=True)
class _Setup:
    """What a session starts from, each time anew."""

    limits: Limits
    seed: int
    files: Mapping[str, bytes]

    def first_frame(self) -> tuple[dict[str, Any], bytes]:
        limits = self.limits
        head = {
            "op": "start",
            "seed": self.seed,
            "files": [[name, len(data)] for name, data in self.files.items()],
            "cell_bytes": limits.output_kb_cell << 10,
            "total_bytes": limits.output_kb_total << 10,
            "result_bytes": limits.result_mb << 20,
        }
        return head, b"".join(self.files.values())


@dataclass
class _Checker:
    """A fork of the session's child that answers checks, as long as none leaves a trace in it."""

    number: int
    channel: Channel
    # Whether it still has to say if the last check left its state as it was.
    owes_word: bool = False


class ProcessSession(Session):
    """One submission in a child of the warm process."""

    def __init__(self, sandbox: ProcessSandbox, setup: _Setup) -> None:
        self._sandbox, self._setup, self._limits = sandbox, setup, setup.limits
        self._child: Child | None = None
        self._checker: _Checker | None = None
        # What to run again in a new child, and for how long at most.
        self._ran: list[tuple[CellSource, float]] = []
        self._spent_s = 0.0
        self._number = self._losses = self._alone_losses = 0
        self._closed = False

    # The interface.

    def run(self, cell: CellSource) -> CellOutcome:
        seconds = self._allowed(self._limits.cell_s)
        if seconds <= 0:
            return CellOutcome("timeout", message=messages.total_spent(self._limits.total_s))
        began = time.monotonic()
        try:
            outcome, kept = self._retrying(lambda child: self._run_in(child, cell, seconds))
        except _CutShortError as cut:
            outcome, kept = CellOutcome(cut.reason, message=cut.message), False
        if kept:
            # What a cell did before it was interrupted counts; a replay need not wait for all of it again.
            again = REPLAY_INTERRUPTED_S if outcome.status == "timeout" else self._limits.cell_s
            self._ran.append((cell, again))
        else:
            self._drop()
        self._spent_s += outcome.seconds or (time.monotonic() - began)
        return outcome

    def ask(self, asks: Sequence[Ask], *, seconds: float | None = None) -> list[Outcome]:
        asks = list(asks)
        rows, tail = encode_asks(asks)
        seconds = self._allowed(self._limits.check_s if seconds is None else seconds)
        if seconds <= 0:
            spent = Stopped("timeout", messages.total_spent(self._limits.total_s))
            return [spent for _ in asks]
        began = time.monotonic()
        outcomes: list[Outcome] = []
        only_reads = all(isinstance(ask, Read) for ask in asks)
        answer = self._read_in if only_reads else self._check_in

        def attempt(child: Child) -> None:
            outcomes.clear()
            answer(child, asks, rows, tail, seconds, outcomes)

        try:
            self._retrying(attempt)
        except _CutShortError as cut:
            outcomes += [Stopped(cut.reason, cut.message)] * (len(asks) - len(outcomes))
        self._spent_s += time.monotonic() - began
        return outcomes

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._drop()
            self._sandbox.forget(self)

    # The child and its life.

    def _allowed(self, seconds: float) -> float:
        return min(seconds, self._limits.total_s - self._spent_s)

    def _retrying(self, use: Callable[[Child], _Result]) -> _Result:
        """``use`` a live child; again in a new warm process if the old one dies meanwhile."""
        while True:
            try:
                return use(self._live())
            except WarmProcessLostError:
                self._note_loss()

    def _note_loss(self) -> None:
        self._leave_checker()
        self._child = None
        self._losses += 1
        self._alone_losses += self._sandbox.alone(self)
        if self._alone_losses >= _ALONE_LOSSES:
            self._alone_losses = 0
            raise _CutShortError("killed", "your code ended the process that runs it, twice")
        if self._losses >= _MAX_LOSSES:
            raise GraderFault(f"the warm process died {self._losses} times: {self._sandbox.last_words}")

    def _live(self) -> Child:
        """The session's child, a new one in the state where the last left off if there is none."""
        if self._closed:
            raise GraderFault("the session is closed")
        for _ in range(_MAX_REPLAYS):
            if self._child is not None:
                return self._child
            self._child = self._sandbox.fork(self._setup)
            for entry in list(self._ran):
                try:
                    _, kept = self._run_in(self._child, *entry)
                except _CutShortError:
                    kept = False
                if not kept:
                    # It ran well before; now it is left out rather than tried for ever.
                    self._ran.remove(entry)
                    self._drop()
                    break
        raise _CutShortError("killed", "the notebook could not be brought back to where it was")

    def _drop(self) -> None:
        """End the child; the next use starts a new one."""
        self._leave_checker()
        child, self._child = self._child, None
        if child is not None:
            try:
                child.kill()
            except WarmProcessLostError:
                self._losses += 1

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    # Exchanges with one child. Each raises _CutShortError when the student's side fails.

    def _run_in(self, child: Child, cell: CellSource, seconds: float) -> tuple[CellOutcome, bool]:
        """The cell's outcome, and whether the child's state is still good."""
        self._leave_checker()
        began = time.monotonic()
        number = self._next_number()
        head = {"op": "run", "n": number, "source": cell.source, "label": cell.label}
        interrupted = False
        try:
            self._send(child, head, b"", began + seconds)
            frame = self._receive(child, began + seconds)
        except _LateError:
            interrupted = True
            child.interrupt()
            try:
                frame = self._receive(child, time.monotonic() + GRACE_S)
            except _LateError:
                raise _CutShortError("timeout", messages.cell_too_slow(seconds)) from None
        taken = time.monotonic() - began
        try:
            outcome = self._cell_outcome(frame, number)
        except WireError:
            raise _CutShortError("killed", messages.MALFORMED) from None
        if interrupted:
            outcome = replace(outcome, status="timeout", message=messages.cell_too_slow(seconds))
        return replace(outcome, seconds=taken), True

    def _cell_outcome(self, frame: Frame, number: int) -> CellOutcome:
        head = frame.head
        status = head.get("status")
        if head.get("n") != number or status not in ("ok", "error", "memory", "output"):
            raise WireError("malformed", "not a cell's outcome")
        message = optional_text(head.get("message"))
        if status == "memory":
            message = messages.too_much_memory(self._limits.memory_mb)
        elif status == "output":
            message = f"the notebook printed more than {self._limits.output_kb_total} KiB in all"
        outputs = clean_outputs(head.get("outputs"))
        return CellOutcome(status, outputs, optional_count(head.get("count")), message=message)

    def _read_in(
        self, child: Child, asks: list[Ask], rows: Any, tail: bytes, seconds: float, outcomes: list[Outcome]
    ) -> None:
        deadline = time.monotonic() + seconds
        number = self._next_number()
        try:
            self._send(child, {"op": "read", "n": number, "asks": rows}, tail, deadline)
            frame = self._receive(child, deadline + GRACE_S, answers=len(asks))
            if frame.head.get("n") != number:
                raise WireError("malformed", "the answer to another question")
            answers = decode_outcomes(frame.head.get("outcomes"), frame.tail)
        except _LateError:
            self._drop()
            raise _CutShortError("timeout", messages.answer_too_slow(asks[0].name, seconds)) from None
        except WireError as error:
            self._drop()
            raise self._broken(error) from None
        if len(answers) != len(asks):
            self._drop()
            raise _CutShortError("killed", messages.MALFORMED)
        outcomes += [self._worded(answer) for answer in answers]

    def _check_in(
        self, child: Child, asks: list[Ask], rows: Any, tail: bytes, seconds: float, outcomes: list[Outcome]
    ) -> None:
        deadline = time.monotonic() + seconds
        checker = self._checker_for(child, deadline)
        try:
            checker.channel.send({"asks": rows, "seconds": seconds}, tail, deadline=deadline)
            checker.owes_word = True
            for _ in asks:
                frame = checker.channel.receive(
                    deadline=deadline + GRACE_S, json_cap=self._json_cap(), tail_cap=self._tail_cap(1)
                )
                answers = decode_outcomes(frame.head.get("outcomes"), frame.tail)
                if len(answers) != 1:
                    raise WireError("malformed", "not one answer")
                outcomes.append(self._worded(answers[0]))
        except WireError as error:
            late = error.kind == "deadline" or (error.kind == "eof" and time.monotonic() >= deadline - 0.05)
            self._leave_checker()
            code = self._how_it_ended(child, checker.number)
            if late:
                name = asks[len(outcomes)].name
                raise _CutShortError("timeout", messages.answer_too_slow(name, seconds)) from None
            raise self._broken(error, code) from None

    def _checker_for(self, child: Child, deadline: float) -> _Checker:
        """The checker of the place where the notebook stands, a fresh one if the last is not as new."""
        checker = self._checker
        if checker is not None and checker.owes_word:
            try:
                word = checker.channel.receive(deadline=time.monotonic() + GRACE_S, json_cap=1000, tail_cap=0)
                checker.owes_word = False
                if word.head.get("clean") is True:
                    return checker
            except WireError:
                pass  # a checker that does not say so is not clean
            self._leave_checker()
        number = self._next_number()
        ours, theirs = socket.socketpair()
        with theirs:
            if self._sandbox.supervised:
                child.allow(forks=1)
            self._send(child, {"op": "fork", "n": number}, b"", deadline, fds=(theirs.fileno(),))
        self._checker = _Checker(number, Channel(ours))
        return self._checker

    def _leave_checker(self) -> None:
        """Let go of the checker; it ends when it notices."""
        checker, self._checker = self._checker, None
        if checker is not None:
            checker.channel.close()

    def _how_it_ended(self, child: Child, checker: int) -> int | None:
        """The exit code of a checker, ended by now; ends the child if that cannot be had."""
        number = self._next_number()
        deadline = time.monotonic() + GRACE_S
        try:
            self._send(child, {"op": "end", "n": number, "checker": checker}, b"", deadline)
            head = self._receive(child, deadline).head
            code = head.get("code")
            if head.get("n") == number and type(code) is int and -65 < code < 256:
                return code
        except (_LateError, _CutShortError):
            pass
        self._drop()
        return None

    def _worded(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Stopped) and outcome.reason == "memory":
            return Stopped("memory", messages.too_much_memory(self._limits.memory_mb))
        return outcome

    def _json_cap(self) -> int:
        # Text may need six bytes of JSON for one.
        return 8 * (self._limits.output_kb_cell << 10) + (self._limits.result_mb << 20) + _JSON_SLACK

    def _tail_cap(self, answers: int) -> int:
        return 2 * answers * (self._limits.result_mb << 20) + _JSON_SLACK

    def _send(
        self,
        child: Child,
        head: dict[str, Any],
        tail: bytes,
        deadline: float,
        fds: Sequence[int] = (),
    ) -> None:
        try:
            child.channel.send(head, tail, fds=fds, deadline=deadline)
        except WireError as error:
            raise self._explained(child, error) from None

    def _receive(self, child: Child, deadline: float, *, answers: int = 1) -> Frame:
        try:
            return child.channel.receive(
                deadline=deadline, json_cap=self._json_cap(), tail_cap=self._tail_cap(answers)
            )
        except WireError as error:
            raise self._explained(child, error) from None

    def _explained(self, child: Child, error: WireError) -> Exception:
        """What ``error`` on the child's own channel means; the child is of no use any more."""
        if error.kind == "deadline":
            return _LateError()
        code = child.ended(GRACE_S) if error.kind == "eof" else None
        return self._broken(error, code)

    def _broken(self, error: WireError, code: int | None = None) -> _CutShortError:
        """What the student hears when an exchange broke off."""
        limits = self._limits
        if error.kind == "too_big":
            return _CutShortError("output", f"the answer is larger than {limits.result_mb} MiB")
        if error.kind == "malformed":
            return _CutShortError("killed", messages.MALFORMED)
        if code == -signal.SIGKILL and self._sandbox.memory_ran_out():
            return _CutShortError("memory", messages.too_much_memory(limits.memory_mb))
        return _CutShortError("killed", messages.ended(code))


class _LateError(Exception):
    """Nothing came in time."""


@dataclass(frozen=True)
class _Counting:
    """How a sandbox bounds the processes of a submission.

    Attributes:
        supervised: whether forks and threads are counted one by one (see `gradeprop.session.supervisor`).
        spare_processes: processes that student code may then have besides its own.
        group: the control group around all of it, if there is one.
    """

    supervised: bool = False
    spare_processes: int = 0
    group: ControlGroup | None = None


class ProcessSandbox(Sandbox):
    """Opens sessions as children of one warm process, which it starts again when it dies.

    Args:
        level: the isolation that ``start`` gives.
        start: starts the warm process (see `WarmProcess`).
        counting: how processes and memory are bounded.
        cleanup: called when the sandbox has closed.
    """

    def __init__(
        self,
        level: Level,
        start: Start,
        counting: _Counting = _Counting(),
        cleanup: Callable[[], None] = lambda: None,
    ) -> None:
        self.level = level
        self._start, self._counting, self._cleanup = start, counting, cleanup
        self._warm: WarmProcess | None = None
        self._sessions: dict[ProcessSession, Limits] = {}
        self._kills = 0
        self.last_words = ""
        self._closed = False
        try:
            self.warm()
        except BaseException:
            self.close()
            raise

    @property
    def supervised(self) -> bool:
        """Whether the warm process must be told before a child is asked to fork."""
        return self._counting.supervised

    def warm(self) -> WarmProcess:
        """The running warm process; starts one if there is none.

        Raises:
            GraderFault: it does not start.
        """
        if self._closed:
            raise GraderFault("the sandbox is closed")
        if self._warm is not None and self._warm.lost:
            self.last_words = self._warm.log_tail()
            self._warm.close()
            self._warm = None
        if self._warm is None:
            self._warm = WarmProcess(self._start)
            if self._counting.group is not None:
                self._counting.group.note_baseline()
                self._kills = self._counting.group.kills()
                self._limit_all()
        return self._warm

    def memory_ran_out(self) -> bool:
        """Whether a process of this sandbox has been killed for memory since this was asked last."""
        if self._counting.group is None:
            return False
        before, self._kills = self._kills, self._counting.group.kills()
        return self._kills > before

    def _limit_all(self) -> None:
        """Give the control group what all open sessions may have together."""
        group = self._counting.group
        if group is not None:
            memory = sum(limits.memory_mb for limits in self._sessions.values())
            processes = sum(limits.processes for limits in self._sessions.values())
            group.limit(memory, _OWN_PROCESSES + processes)

    def open(self, *, limits: Limits, seed: int, files: Mapping[str, bytes] | None = None) -> ProcessSession:
        files = dict(files or {})
        for name in files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.name or "\0" in name:
                raise UsageError(f"not a file name within the working folder: {name!r}")
        session = ProcessSession(self, _Setup(limits, seed, files))
        self._sessions[session] = limits
        self._limit_all()
        return session

    def fork(self, setup: _Setup) -> Child:
        """A fresh child, told what to start from.

        Raises:
            WarmProcessLostError: the warm process died.
        """
        limits = setup.limits
        child = self.warm().open(
            {
                "memory_mb": limits.memory_mb,
                "processes": limits.processes,
                "spare_processes": self._counting.spare_processes,
                "file_bytes": _FILE_BYTES,
                "files": _FILES,
                "cpu_s": int(limits.total_s * 4) + 60,
            }
        )
        head, tail = setup.first_frame()
        try:
            child.channel.send(head, tail, deadline=time.monotonic() + 30)
        except WireError:
            code = child.ended(GRACE_S)
            raise GraderFault(f"a session could not start ({code}): {self.warm().log_tail()}") from None
        return child

    def alone(self, session: ProcessSession) -> bool:
        """Whether no other session is open."""
        return set(self._sessions) <= {session}

    def forget(self, session: ProcessSession) -> None:
        self._sessions.pop(session, None)
        self._limit_all()

    def close(self) -> None:
        if self._closed:
            return
        for session in list(self._sessions):
            session.close()
        self._closed = True
        if self._warm is not None:
            self._warm.close()
            self._warm = None
        if self._counting.group is not None:
            self._counting.group.remove()
        self._cleanup()


def open_sandbox(
    isolation: Isolation = "auto", *, packages: Sequence[str] = (), device: str = "cpu"
) -> Sandbox:
    """A sandbox at the level asked for, its warm process started.

    Args:
        isolation: ``"auto"`` takes the best level that this machine has and never ``"none"``.
        packages: what to import once besides torch, as course.yaml declares.
        device: ``"cpu"`` or ``"cuda"``.

    Raises:
        MissingFacility: the machine lacks the level or a package; says what mends it.
        GraderFault: the warm process does not start.
    """
    if not sys.platform.startswith("linux"):
        raise MissingFacility(
            "grading submissions needs Linux",
            remedy="run it in a Linux container or WSL; `gradeprop check` works on any system",
        )
    from gradeprop.session.launch import Launcher, gpu_devices

    level = _choose(isolation)
    gpu = device.startswith("cuda")
    group = None
    if level != "none":
        with contextlib.suppress(OSError):
            group = control_group()
    supervised = level == "restricted" or (level == "full" and group is None)
    spare = _SPARE_PROCESSES if level == "full" else 0
    launcher = Launcher(level, gpu, group.procs if group is not None else [])
    devices = gpu_devices() if gpu else []
    layers = layers_for(level, launcher.readable, supervise=supervised, devices=devices)
    config = {"packages": list(packages), "gpu": gpu, "layers": layers.as_json()}

    def start(control: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return launcher.start("worker", control, config, log)

    return ProcessSandbox(level, start, _Counting(supervised, spare, group), launcher.close)


def _choose(isolation: Isolation) -> Level:
    """The level to use.

    Raises:
        MissingFacility: it does not work here.
    """
    if isolation == "none":
        return "none"
    level = best_level() if isolation == "auto" else isolation
    if level is None:
        raise MissingFacility(
            f"this machine can isolate student code neither fully ({working('full')}) "
            f"nor in part ({working('restricted')})",
            remedy="see `gradeprop doctor`; --isolation none runs it without any protection",
        )
    problem = working(level)
    if problem is not None:
        raise MissingFacility(
            f"isolation {level} does not work here: {problem}",
            remedy="see `gradeprop doctor` for what is missing",
        )
    return level
