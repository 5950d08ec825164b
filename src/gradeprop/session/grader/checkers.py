"""Checkers, the forks of a child that answer checks, as the grader sees them. Trusted side."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass
from typing import Final

from gradeprop.session import messages
from gradeprop.session.grader.asking import Answers, Cut, Questions, answer_in
from gradeprop.session.grader.child import Child
from gradeprop.session.grader.line import Line
from gradeprop.session.interface import Limits, Outcome
from gradeprop.session.wire.frames import Channel, WireError

__all__ = ["Checkers"]

# A checker's own folder, and the copies of the working folder's files in it.
_FILES: Final = 64


@dataclass(frozen=True)
class _Checker:
    number: int
    channel: Channel


class Checkers:
    """Of one child, one after the other; each answers one check.

    Args:
        child: forks them.
        line: to the child.
        limits: what the submission may use.
        supervised: whether forks must be announced to the warm process.
    """

    def __init__(self, child: Child, line: Line, limits: Limits, *, supervised: bool) -> None:
        self._child = child
        self._line = line
        self._limits = limits
        self._supervised = supervised

    def ask(self, questions: Questions) -> Answers:
        """Have a fresh checker answer.

        If it leaves anything running, the child is given up, and all that it has started with it:
        that could take the next checker's time, or its place among the processes."""
        before = self._child.processes()
        deadline = time.monotonic() + questions.seconds
        try:
            checker = self._fork(deadline)
        except WireError as error:
            return Answers(cut=self._line.cut_by(error, questions.too_late(0)))
        outcomes: list[Outcome] = []
        cut = None
        try:
            self._hear(checker, questions, deadline, outcomes)
            self._end(checker)
        except WireError as error:
            late = questions.too_late(len(outcomes))
            cut = self._cut_by(error, checker, late)
        finally:
            checker.channel.close()
        if not self._child.processes() <= before:
            self._line.give_up()
        return Answers(tuple(outcomes), cut)

    def _hear(
        self, checker: _Checker, questions: Questions, deadline: float, outcomes: list[Outcome]
    ) -> None:
        """Ask, and add the answers to ``outcomes`` as they come."""
        head = {"asks": questions.rows, "seconds": questions.seconds}
        self._line.send(head, questions.tail, deadline=deadline, to=checker.channel)
        for ask in questions.asks:
            frame = self._line.receive(deadline + self._line.grace_s, of=checker.channel)
            outcome = answer_in(frame, ask, self._limits)
            if outcome is None:
                raise WireError("malformed", "a fresh checker has all that the notebook has")
            outcomes.append(outcome)

    def _fork(self, deadline: float) -> _Checker:
        """A checker of the place where the notebook stands.

        Raises:
            WireError: the child does not take the request.
        """
        number = self._line.next_number()
        ours, theirs = socket.socketpair()
        checker = _Checker(number, Channel(ours))
        with theirs:
            if self._supervised:
                self._child.allow(forks=1, files=_FILES)
            request = {"op": "fork", "n": number}
            try:
                self._line.send(request, deadline=deadline, fds=(theirs.fileno(),))
            except BaseException:
                ours.close()
                raise
        return checker

    def _end(self, checker: _Checker) -> None:
        """Wait until it is gone. It has answered: what goes wrong now costs only the child."""
        try:
            if self._how_it_ended(checker) is None:
                self._line.give_up()
        except WireError:
            self._line.give_up()

    def _cut_by(self, error: WireError, checker: _Checker, late: str) -> Cut:
        """What ``error`` on the channel of ``checker`` means."""
        checker.channel.close()
        try:
            code = self._how_it_ended(checker)
        except WireError as gone:  # the child was, and took the checker with it
            return self._line.cut_by(gone, late)
        if code == messages.NOT_STARTED:
            return self._line.lose("killed", messages.NO_PROCESS_LEFT, gone=True)
        if error.kind == "deadline" or code == -signal.SIGALRM:
            cut = Cut("timeout", self._line.late(late))
        else:
            cut = Cut(*self._line.why(error, code))
        if code is None:
            return self._line.lose(cut.reason, cut.message)
        return cut

    def _how_it_ended(self, checker: _Checker) -> int | None:
        """The exit code of ``checker``, which the child ends now; None if it does not say.

        Raises:
            WireError: the child is gone.
        """
        number = self._line.next_number()
        request = {"op": "end", "n": number, "checker": checker.number}
        frame = self._line.in_time(request, time.monotonic() + self._line.grace_s)
        if frame is None or frame.head.get("n") != number:
            return None
        code = frame.head.get("code")
        return code if type(code) is int and -65 < code <= messages.NOT_STARTED else None
