"""One submission's session: its child, its time, and the way back when the child is lost. Trusted side.

A session that loses its process (a crash, a hang that ignores Ctrl-C) gets a new one in which the cells
that had run well run again, so that what is asked later meets the state it should.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.conversation import Conversation, CutShortError, Questions
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Limits,
    Outcome,
    Read,
    Session,
    Stopped,
)
from gradeprop.session.values_codec import encode_asks
from gradeprop.session.warm import WarmProcessLostError

if TYPE_CHECKING:
    from gradeprop.session.process import ProcessSandbox

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


class ProcessSession(Session):
    """One submission in a child of the warm process."""

    def __init__(self, sandbox: ProcessSandbox, setup: Setup) -> None:
        self._sandbox, self._setup, self._limits = sandbox, setup, setup.limits
        self._conversation: Conversation | None = None
        # What to run again in a new child, and for how long at most.
        self._ran: list[tuple[CellSource, float]] = []
        self._spent_s = 0.0
        self._losses = self._alone_losses = 0
        self._closed = False

    def begin(self) -> None:
        """Have the child forked while the grader prepares its first request.

        Raises:
            GraderFault: it cannot be.
        """
        self._retrying(lambda _: None)

    def run(self, cell: CellSource) -> CellOutcome:
        seconds = self._allowed(self._limits.cell_s)
        if seconds <= 0:
            return CellOutcome("timeout", message=messages.total_spent(self._limits.total_s))
        began = time.monotonic()
        try:
            outcome = self._retrying(lambda conversation: conversation.run(cell, seconds))
        except CutShortError as cut:
            # A cell that cost its process is left out when the others run again.
            taken = time.monotonic() - began
            outcome = CellOutcome(cut.reason, seconds=taken, message=cut.message)
        else:
            again = REPLAY_INTERRUPTED_S if outcome.status == "timeout" else self._limits.cell_s
            self._ran.append((cell, again))
        self._spent_s += outcome.seconds
        return outcome

    def ask(self, asks: Sequence[Ask], *, seconds: float | None = None) -> list[Outcome]:
        questions = Questions(asks, *encode_asks(asks))
        allowed = self._allowed(self._limits.check_s if seconds is None else seconds)
        if allowed <= 0:
            spent = Stopped("timeout", messages.total_spent(self._limits.total_s))
            return [spent for _ in asks]
        if not asks:
            return []
        only_reads = all(isinstance(ask, Read) for ask in asks)
        began = time.monotonic()
        outcomes: list[Outcome] = []

        def attempt(conversation: Conversation) -> None:
            outcomes.clear()
            answer = conversation.read if only_reads else conversation.check
            answer(questions, allowed, outcomes)

        try:
            try:
                self._retrying(attempt)
            except CutShortError as cut:
                if not cut.gone:
                    raise
                # Calls run in a fork and cannot end the child: perhaps a thread of an earlier cell has.
                self._retrying(attempt)
        except CutShortError as cut:
            outcomes += [Stopped(cut.reason, cut.message)] * (len(asks) - len(outcomes))
        self._spent_s += time.monotonic() - began
        return outcomes

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._drop()
            self._sandbox.forget(self)

    def _allowed(self, seconds: float) -> float:
        return min(seconds, self._limits.total_s - self._spent_s)

    def _retrying(self, use: Callable[[Conversation], _Result]) -> _Result:
        """``use`` a live child; again in a new warm process if the old one dies meanwhile.

        Raises:
            CutShortError: the student's side failed; a child that is of no use any more is gone.
            GraderFault: the warm process cannot be kept alive.
        """
        while True:
            try:
                return use(self._live())
            except CutShortError as cut:
                if cut.lost:
                    self._drop()
                raise
            except WarmProcessLostError:
                self._note_loss()

    def _note_loss(self) -> None:
        self._conversation = None
        self._losses += 1
        self._alone_losses += self._sandbox.alone(self)
        if self._alone_losses >= _ALONE_LOSSES:
            self._alone_losses = 0
            raise CutShortError("killed", "your code ended the process that runs it, twice")
        if self._losses >= _MAX_LOSSES:
            raise GraderFault(f"the warm process died {self._losses} times: {self._sandbox.last_words}")

    def _live(self) -> Conversation:
        """The conversation with the session's child; with a new one, brought to where the last left off,
        if there is none."""
        if self._closed:
            raise GraderFault("the session is closed")
        if self._conversation is not None and self._conversation.has_ended:
            self._drop()
        for _ in range(_MAX_REPLAYS):
            if self._conversation is not None:
                return self._conversation
            self._conversation = self._sandbox.fork(self._setup)
            for entry in list(self._ran):
                try:
                    self._conversation.run(*entry)
                except CutShortError:
                    # It ran well before; now it is left out rather than tried for ever.
                    self._ran.remove(entry)
                    self._drop()
                    break
        raise CutShortError("killed", "the notebook could not be brought back to where it was")

    def _drop(self) -> None:
        """End the child; the next use starts a new one."""
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            try:
                conversation.close()
            except WarmProcessLostError:
                self._losses += 1
