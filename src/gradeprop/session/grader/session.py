"""One submission's session: its child, its time, and the way back when the child is lost. Trusted
side.

A session that loses its process (a crash, a hang that ignores Ctrl-C) gets a new one in which the
cells that had run well run again, so that what is asked later meets the state it should.

What is asked about an earlier place is first asked of the process that has run everything, which
can mostly go back there at no cost (see `gradeprop.session.student.places`). Once it cannot, or a
call has broken it, a new process runs the cells up to the place and answers from there, and so for
all places that follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.grader.conversation import Conversation, CutShortError, MovedError, Questions
from gradeprop.session.grader.warm_process import WarmProcessLostError
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Limits,
    Outcome,
    Place,
    Read,
    Session,
    Stopped,
)
from gradeprop.session.wire.values import encode_asks

if TYPE_CHECKING:
    from gradeprop.session.grader.sandbox import ProcessSandbox

__all__ = ["ProcessSession", "Setup"]

_Result = TypeVar("_Result")

# A replay need not wait in full for a cell that was interrupted.
REPLAY_INTERRUPTED_S: Final = 1.0
# Losing the warm process this often while alone in it is the submission's own doing.
_ALONE_LOSSES: Final = 2
_MAX_LOSSES: Final = 4
_MAX_REPLAYS: Final = 20


@dataclass(frozen=True)
class Setup:
    """What a session starts from, each time anew."""

    limits: Limits
    seed: int
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class _Cell:
    """A cell that has run, and for how long it may run again."""

    source: CellSource
    seconds: float


@dataclass(frozen=True)
class _Mark:
    """A place between cells, and how long the cells before it have taken."""

    place: Place
    spent_s: float


@dataclass
class _Live:
    """The child, and how much of the notebook it has behind it.

    Attributes:
        done: how many steps (cells that ran well, and marks).
        asked: whether calls have been answered in it, so that no further cell may run there.
    """

    conversation: Conversation
    done: int = 0
    asked: bool = False


class ProcessSession(Session):
    """One submission in a child of the warm process."""

    def __init__(self, sandbox: ProcessSandbox, setup: Setup) -> None:
        self._sandbox, self._setup, self._limits = sandbox, setup, setup.limits
        self._live: _Live | None = None
        # What to run again in a new child.
        self._steps: list[_Cell | _Mark] = []
        self._marks: list[_Mark] = []
        self._careful = False
        self._cells_s = self._asks_s = self._starts_s = 0.0
        self._losses = self._alone_losses = 0
        self._closed = False

    def begin(self) -> None:
        """Have the child forked while the grader prepares its first request.

        Raises:
            GraderFault: it cannot be.
        """
        self._retrying(None, lambda _: None)

    def run(self, cell: CellSource) -> CellOutcome:
        own = self._limits.cell_s if cell.seconds is None else cell.seconds
        seconds = self._allowed(own, self._cells_s)
        if seconds <= 0:
            return CellOutcome("timeout", message=messages.total_spent(self._limits.total_s))
        began = self._now()
        try:
            outcome = self._retrying(None, lambda live: live.conversation.run(cell, seconds))
        except CutShortError as cut:
            # A cell that cost its process is left out when the others run again.
            taken = self._now() - began
            outcome = CellOutcome(cut.reason, seconds=taken, message=cut.message)
        else:
            again = REPLAY_INTERRUPTED_S if outcome.status == "timeout" else own
            self._done(_Cell(cell, again))
        self._cells_s += outcome.seconds
        return outcome

    def mark(self) -> Place:
        mark = _Mark(Place(len(self._marks)), self._cells_s)
        self._marks.append(mark)
        try:
            self._retrying(None, lambda live: live.conversation.mark(mark.place))
        except CutShortError:
            self._steps.append(mark)  # set when the cells run again
        else:
            self._done(mark)
        return mark.place

    def ask(
        self, asks: Sequence[Ask], *, at: Place | None = None, seconds: float | None = None
    ) -> list[Outcome]:
        if not asks:
            return []
        questions = Questions(asks, *encode_asks(asks))
        mark = None if at is None else self._marks[at]
        allowed = self._allowed(
            self._limits.check_s if seconds is None else seconds,
            self._cells_s if mark is None else mark.spent_s,
        )
        if allowed <= 0:
            return [Stopped("timeout", messages.total_spent(self._limits.total_s)) for _ in asks]
        began = self._now()
        outcomes: list[Outcome] = []
        try:
            if (
                mark is None
                or self._careful
                or not self._recall(mark, questions, allowed, outcomes)
            ):
                self._check(mark, questions, allowed, outcomes)
        except CutShortError as cut:
            outcomes += [Stopped(cut.reason, cut.message)] * (len(asks) - len(outcomes))
        self._asks_s += self._now() - began
        return outcomes

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._drop()
            self._sandbox.forget(self)

    def _recall(
        self, mark: _Mark, questions: Questions, seconds: float, outcomes: list[Outcome]
    ) -> bool:
        """Ask the child that has run everything; False if it cannot tell any more what was
        there."""

        attempt = partial(
            _recall_in, mark=mark, questions=questions, seconds=seconds, outcomes=outcomes
        )
        try:
            self._retrying(None, attempt, asked_too=True)
        except MovedError:
            self._careful = True
            return False
        except CutShortError as cut:
            self._careful = True
            # Whether the call ended the process, or perhaps a thread of an earlier cell, shows in a
            # fork.
            if not cut.gone:
                raise
            return False
        return True

    def _check(
        self, mark: _Mark | None, questions: Questions, seconds: float, outcomes: list[Outcome]
    ) -> None:
        """Ask a child that stands at the place, on a copy of it.

        Raises:
            CutShortError: not all were answered; those that were are in ``outcomes``.
        """
        only_reads = all(isinstance(ask, Read) for ask in questions.asks)
        if not only_reads and not self._sandbox.can_fork_children:
            self._check_alone(mark or self._marks[self.mark()], questions, seconds, outcomes)
            return

        def attempt(live: _Live) -> None:
            outcomes.clear()
            answer = live.conversation.read if only_reads else live.conversation.check
            answer(questions, seconds, outcomes)

        try:
            self._retrying(mark, attempt)
        except CutShortError as cut:
            if not cut.gone:
                raise
            # Calls run in a fork and cannot end the child: perhaps a thread of an earlier cell has.
            self._retrying(mark, attempt)

    def _check_alone(
        self, mark: _Mark, questions: Questions, seconds: float, outcomes: list[Outcome]
    ) -> None:
        """The same without a fork: the child is of no use for another check afterwards."""

        attempt = partial(
            _recall_in, mark=mark, questions=questions, seconds=seconds, outcomes=outcomes
        )
        try:
            self._retrying(mark, attempt)
        except MovedError:
            raise CutShortError("killed", messages.MALFORMED, lost=True) from None

    def _now(self) -> float:
        """Seconds that count: not those in which a process starts, which with a GPU are many."""
        return time.monotonic() - self._starts_s

    def _start_child(self) -> _Live:
        began = time.monotonic()
        try:
            return _Live(self._sandbox.fork(self._setup))
        finally:
            self._starts_s += time.monotonic() - began

    def _allowed(self, seconds: float, cells_s: float) -> float:
        """How long something may take: ``seconds``, or what ``cells_s`` and all asks have left of
        the whole. What later cells take is not at the expense of a place before them."""
        return min(seconds, self._limits.total_s - cells_s - self._asks_s)

    def _done(self, step: _Cell | _Mark) -> None:
        """A step that the live child has just taken."""
        self._steps.append(step)
        assert self._live is not None
        self._live.done = len(self._steps)

    def _retrying(
        self, place: _Mark | None, use: Callable[[_Live], _Result], *, asked_too: bool = False
    ) -> _Result:
        """``use`` a live child that stands at ``place`` (None: after all that ran); again in a new
        warm process if the old one dies meanwhile.

        Raises:
            CutShortError: the student's side failed; a child that is of no use any more is gone.
            GraderFault: the warm process cannot be kept alive.
        """
        while True:
            try:
                return use(self._standing_at(place, asked_too))
            except CutShortError as cut:
                if cut.lost:
                    self._drop()
                raise
            except WarmProcessLostError:
                self._note_loss()

    def _note_loss(self) -> None:
        self._live = None
        self._losses += 1
        self._alone_losses += self._sandbox.alone(self)
        if self._alone_losses >= _ALONE_LOSSES:
            self._alone_losses = 0
            raise CutShortError("killed", "your code ended the process that runs it, twice")
        if self._losses >= _MAX_LOSSES:
            raise GraderFault(
                f"the warm process died {self._losses} times: {self._sandbox.last_words}"
            )

    def _standing_at(self, place: _Mark | None, asked_too: bool) -> _Live:
        """The session's child, brought to ``place``; a new one if it is past that or has ended, or
        if calls have been answered in it and that matters."""
        if self._closed:
            raise GraderFault("the session is closed")
        for _ in range(_MAX_REPLAYS):
            wanted = len(self._steps) if place is None else self._steps.index(place) + 1
            live = self._live
            if live is not None and (
                live.conversation.has_ended or live.done > wanted or (live.asked and not asked_too)
            ):
                self._drop()
            if self._live is None:
                self._live = self._start_child()
            if self._has_caught_up(self._live, wanted):
                return self._live
            self._drop()
        raise CutShortError("killed", "the notebook could not be brought back to where it was")

    def _has_caught_up(self, live: _Live, wanted: int) -> bool:
        """Have a child take the steps that it has not taken; False if one of them ended it."""
        while live.done < wanted:
            step = self._steps[live.done]
            try:
                if isinstance(step, _Cell):
                    live.conversation.run(step.source, step.seconds)
                else:
                    live.conversation.mark(step.place)
            except CutShortError:
                # It ran well before; now it is left out rather than tried for ever.
                if isinstance(step, _Cell):
                    del self._steps[live.done]
                return False
            live.done += 1
        return True

    def _drop(self) -> None:
        """End the child; the next use starts a new one."""
        live, self._live = self._live, None
        if live is not None:
            try:
                live.conversation.close()
            except WarmProcessLostError:
                self._losses += 1


def _recall_in(
    live: _Live, *, mark: _Mark, questions: Questions, seconds: float, outcomes: list[Outcome]
) -> None:
    """Have the child itself answer; it is of no use for cells any more."""
    outcomes.clear()
    live.asked = True
    live.conversation.recall(mark.place, questions, seconds, outcomes)
