"""What the grader and one child of the warm process say to each other, with a deadline on every
word.

Trusted side. Nothing that comes from the child is believed: it is decoded with every field checked,
and whatever is wrong with it cuts the conversation short with a reason for the student."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gradeprop.session import messages
from gradeprop.session.grader.warm_process import Child
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Limits,
    Outcome,
    Stopped,
    StopReason,
)
from gradeprop.session.wire.cells import clean_outputs, optional_count, optional_text
from gradeprop.session.wire.frames import Channel, Frame, WireError
from gradeprop.session.wire.values import decode_outcomes

__all__ = ["GRACE_S", "Conversation", "CutShortError", "MovedError", "Questions"]

# After Ctrl-C a cell may take this long to stop by itself; after a check's deadline, its process.
GRACE_S: Final = 1.0
# A context on a device that another process holds took 0.1 to 2 s; a busy machine may need many
# times that.
GPU_START_S: Final = 120.0
_JSON_SLACK: Final = 1 << 20
# A checker's own folder, and the copies of the working folder's files in it.
CHECKER_FILES: Final = 64


class CutShortError(Exception):
    """The child did not do what was asked.

    Attributes:
        reason, message: what the student hears.
        lost: the child is of no use any more.
        gone: the child had ended by itself.
    """

    def __init__(
        self, reason: StopReason, message: str, *, lost: bool = False, gone: bool = False
    ) -> None:
        self.reason, self.message, self.lost, self.gone = reason, message, lost or gone, gone
        super().__init__(message)


class MovedError(Exception):
    """The state is no longer what it was at the place that was asked about."""


class _LateError(Exception):
    """Nothing came in time."""


@dataclass
class _Checker:
    """A fork of the child that answers checks, as long as none leaves a trace that matters to the
    next."""

    number: int
    channel: Channel


@dataclass
class Questions:
    """The asks of one check, as they are and as they travel."""

    asks: Sequence[Ask]
    rows: list[Any]
    tail: bytes


class Conversation:
    """With one child, from its first request to its end.

    Args:
        child: fresh from the warm process.
        limits: what the submission may use.
        supervised: whether forks must be announced to the warm process.
        memory_ran_out: says whether the kernel has just killed something for memory.
    """

    def __init__(
        self, child: Child, limits: Limits, *, supervised: bool, memory_ran_out: Callable[[], bool]
    ) -> None:
        self._child, self._limits = child, limits
        self._supervised, self._memory_ran_out = supervised, memory_ran_out
        self._checker: _Checker | None = None
        self._number = 0

    @property
    def has_ended(self) -> bool:
        """Whether the child has ended by itself meanwhile."""
        return self._child.ended(0) is not None

    def start(self, seed: int, files: dict[str, bytes], *, gpu: bool = False) -> None:
        """Tell the child what to start from.

        Args:
            gpu: start CUDA in it, which takes from a tenth of a second to several, before any time
                counts.

        Raises:
            CutShortError: it does not listen, or CUDA does not start.
        """
        limits = self._limits
        head = {
            "op": "start",
            "seed": seed,
            "files": [[name, len(data)] for name, data in files.items()],
            "cell_bytes": limits.output_kb_cell << 10,
            "total_bytes": limits.output_kb_total << 10,
            "result_bytes": limits.result_mb << 20,
            "gpu": gpu,
        }
        try:
            self._send(head, b"".join(files.values()), time.monotonic() + 30)
            if gpu:
                self._hear_of_gpu(time.monotonic() + GPU_START_S)
        except _LateError:
            raise CutShortError("killed", "the session did not start", gone=True) from None

    def _hear_of_gpu(self, deadline: float) -> None:
        """That CUDA has started in the child, in which no student code has run yet."""
        said = self._receive(deadline).head.get("gpu", "no word of it")
        if said is not None:
            raise CutShortError("killed", f"CUDA does not start in the sandbox: {said}", gone=True)

    def run(self, cell: CellSource, seconds: float) -> CellOutcome:
        """Run one cell.

        Raises:
            CutShortError: it took the child with it.
        """
        self._leave_checker()
        began = time.monotonic()
        number = self._next_number()
        head = {"op": "run", "n": number, "source": cell.source, "label": cell.label}
        interrupted = False
        try:
            self._send(head, b"", began + seconds)
            frame = self._receive(began + seconds)
        except _LateError:
            interrupted = True
            self._child.interrupt()
            try:
                frame = self._receive(time.monotonic() + GRACE_S)
            except _LateError:
                raise CutShortError("timeout", messages.cell_too_slow(seconds), lost=True) from None
        taken = time.monotonic() - began
        try:
            outcome = self._cell_outcome(frame, number)
        except WireError:
            raise CutShortError("killed", messages.MALFORMED, lost=True) from None
        if interrupted:
            outcome = replace(outcome, status="timeout", message=messages.cell_too_slow(seconds))
        return replace(outcome, seconds=taken)

    def read(self, questions: Questions, seconds: float, outcomes: list[Outcome]) -> None:
        """Append the outcomes of asks that are all `Read`: the child answers them itself.

        Raises:
            CutShortError: it does not, or sends something else.
        """
        deadline = time.monotonic() + seconds
        number = self._next_number()
        asks, answers = questions.asks, []
        try:
            self._send(
                {"op": "read", "n": number, "asks": questions.rows}, questions.tail, deadline
            )
            frame = self._receive(deadline + GRACE_S, answers=len(asks))
            if frame.head.get("n") == number:
                answers = decode_outcomes(frame.head.get("outcomes"), frame.tail)
        except _LateError:
            raise self._too_late(questions, 0, seconds, lost=True) from None
        except WireError:
            answers = []
        if len(answers) != len(asks):
            raise CutShortError("killed", messages.MALFORMED, lost=True)
        outcomes += map(self._worded, answers, asks)

    def mark(self, place: int) -> None:
        """Have the child remember where it stands now, under the number ``place``.

        Raises:
            CutShortError: it is gone.
        """
        try:
            self._send({"op": "mark", "place": place}, b"", time.monotonic() + GRACE_S)
        except _LateError:
            raise CutShortError("killed", messages.MALFORMED, lost=True) from None

    def recall(
        self, place: int, questions: Questions, seconds: float, outcomes: list[Outcome]
    ) -> None:
        """Append the outcomes of asks about an earlier place, one by one: the child answers them
        itself. No cell may be run in it afterwards.

        Raises:
            MovedError: it cannot go back there.
            CutShortError: not all were answered; those that were are in ``outcomes``.
        """
        self._leave_checker()
        deadline = time.monotonic() + seconds
        try:
            self._send(
                {"op": "ask", "place": place, "asks": questions.rows}, questions.tail, deadline
            )
            for ask in questions.asks:
                outcomes.append(self._answer(self._receive(deadline), ask))
        except _LateError:
            raise self._too_late(questions, len(outcomes), seconds, lost=True) from None
        except WireError:
            raise CutShortError("killed", messages.MALFORMED, lost=True) from None

    def check(self, questions: Questions, seconds: float, outcomes: list[Outcome]) -> None:
        """Append the outcomes of asks with calls, one by one: a fork of the child answers them.

        Raises:
            CutShortError: not all were answered; those that were are in ``outcomes``.
        """
        deadline = time.monotonic() + seconds
        fresh = self._checker is None
        try:
            self._check(questions, seconds, deadline, outcomes)
        except MovedError:
            if fresh:
                raise CutShortError("killed", messages.MALFORMED, lost=True) from None
            self._leave_checker()
            self.check(questions, seconds, outcomes)

    def _check(
        self, questions: Questions, seconds: float, deadline: float, outcomes: list[Outcome]
    ) -> None:
        try:
            checker = self._checker or self._new_checker(deadline)
        except _LateError:
            raise self._too_late(questions, 0, seconds, lost=True) from None
        try:
            channel = checker.channel
            channel.send(
                {"asks": questions.rows, "seconds": seconds}, questions.tail, deadline=deadline
            )
            for ask in questions.asks:
                frame = channel.receive(
                    deadline=deadline + GRACE_S,
                    json_cap=self._json_cap(),
                    tail_cap=self._tail_cap(1),
                )
                outcomes.append(self._answer(frame, ask))
        except WireError as error:
            self._leave_checker()
            code = self._how_it_ended(checker.number)
            lost = code is None
            if error.kind == "deadline" or code == -signal.SIGALRM:
                raise self._too_late(questions, len(outcomes), seconds, lost=lost) from None
            raise CutShortError(*self._reason(error, code), lost=lost) from None

    def _answer(self, frame: Frame, ask: Ask) -> Outcome:
        """The one outcome in ``frame``, of ``ask``.

        Raises:
            MovedError: there is none, because the state has changed.
            WireError: that is no answer.
        """
        if frame.head.get("moved") is True:
            raise MovedError
        answers = decode_outcomes(frame.head.get("outcomes"), frame.tail)
        if len(answers) != 1:
            raise WireError("malformed", "not one answer")
        return self._worded(answers[0], ask)

    @staticmethod
    def _too_late(
        questions: Questions, answered: int, seconds: float, *, lost: bool
    ) -> CutShortError:
        late = messages.answer_too_slow(questions.asks[answered].name, seconds)
        return CutShortError("timeout", late, lost=lost)

    def close(self) -> None:
        """End the child and everything it started.

        Raises:
            WarmProcessLostError: the warm process does not obey any more.
        """
        self._leave_checker()
        self._child.kill()

    # Checkers.

    def _new_checker(self, deadline: float) -> _Checker:
        """A checker of the place where the notebook stands."""
        number = self._next_number()
        ours, theirs = socket.socketpair()
        self._checker = _Checker(number, Channel(ours))
        with theirs:
            if self._supervised:
                self._child.allow(forks=1, files=CHECKER_FILES)
            self._send({"op": "fork", "n": number}, b"", deadline, fds=(theirs.fileno(),))
        return self._checker

    def _leave_checker(self) -> None:
        """Let go of the checker; it ends when it notices."""
        checker, self._checker = self._checker, None
        if checker is not None:
            checker.channel.close()

    def _how_it_ended(self, checker: int) -> int | None:
        """The exit code of a checker, ended by now; None if the child does not say.

        Raises:
            CutShortError: the child was gone already, and took the checker with it.
        """
        number = self._next_number()
        deadline = time.monotonic() + GRACE_S
        try:
            self._send({"op": "end", "n": number, "checker": checker}, b"", deadline)
            head = self._receive(deadline).head
        except _LateError:
            return None
        code = head.get("code")
        if head.get("n") == number and type(code) is int and -65 < code < 256:
            return code
        return None

    # Frames.

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _cell_outcome(self, frame: Frame, number: int) -> CellOutcome:
        head = frame.head
        status = head.get("status")
        if head.get("n") != number or status not in ("ok", "error", "memory", "output"):
            raise WireError("malformed", "not a cell's outcome")
        message = optional_text(head.get("message"))
        if status == "memory":
            message = messages.too_much_memory(self._limits.memory_mb)
        elif status == "output":
            message = messages.too_much_output(self._limits.output_kb_total)
        outputs = clean_outputs(head.get("outputs"))
        return CellOutcome(status, outputs, optional_count(head.get("count")), message=message)

    def _worded(self, outcome: Outcome, ask: Ask) -> Outcome:
        """``outcome`` of ``ask``; what stopped it in our words, since the child's could carry an
        input."""
        if not isinstance(outcome, Stopped):
            return outcome
        if outcome.reason == "memory":
            return Stopped("memory", messages.too_much_memory(self._limits.memory_mb))
        if outcome.reason == "output":
            return Stopped("output", messages.answer_too_large(ask.name, self._limits.result_mb))
        return Stopped("killed", messages.MALFORMED)

    def _json_cap(self) -> int:
        # Text may need six bytes of JSON for one.
        return (
            8 * (self._limits.output_kb_cell << 10) + (self._limits.result_mb << 20) + _JSON_SLACK
        )

    def _tail_cap(self, answers: int) -> int:
        return 2 * answers * (self._limits.result_mb << 20) + _JSON_SLACK

    def _send(
        self, head: dict[str, Any], tail: bytes, deadline: float, fds: Sequence[int] = ()
    ) -> None:
        try:
            self._child.channel.send(head, tail, fds=fds, deadline=deadline)
        except WireError as error:
            raise self._explained(error) from None

    def _receive(self, deadline: float, *, answers: int = 1) -> Frame:
        try:
            return self._child.channel.receive(
                deadline=deadline, json_cap=self._json_cap(), tail_cap=self._tail_cap(answers)
            )
        except WireError as error:
            raise self._explained(error) from None

    def _explained(self, error: WireError) -> Exception:
        """What ``error`` on the child's own channel means."""
        if error.kind == "deadline":
            return _LateError()
        code = self._child.ended(GRACE_S) if error.kind == "eof" else None
        return CutShortError(*self._reason(error, code), lost=True, gone=error.kind == "eof")

    def _reason(self, error: WireError, code: int | None) -> tuple[StopReason, str]:
        """What the student hears when an exchange broke off and its process ended with ``code``."""
        limits = self._limits
        if error.kind == "too_big":
            return "output", f"the answer is larger than {limits.result_mb} MiB"
        if error.kind == "malformed":
            return "killed", messages.MALFORMED
        killed = code == -signal.SIGKILL and self._memory_ran_out()
        if killed or code == messages.OUT_OF_MEMORY:
            return "memory", messages.too_much_memory(limits.memory_mb)
        return "killed", messages.ended(code)
