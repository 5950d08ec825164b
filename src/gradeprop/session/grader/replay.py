"""The runs of a session's notebook: the first, and the one that goes through it again.

Trusted side.

A session that loses its process (a crash, a hang that ignores Ctrl-C) gets a new one in which the
cells that had run well run again. What is to be asked at a place gone by is asked of a run that has
come as far as that place and nothing else, and then goes on to the next: it remembers nothing and
shows nothing. There is one process at a time, since two could together take more memory than one
may."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.grader.asking import Cut
from gradeprop.session.grader.conversation import Conversation
from gradeprop.session.grader.nursery import Nursery, Setup
from gradeprop.session.grader.warm_process import WarmProcessLostError
from gradeprop.session.interface import CellSource, Place, Session

__all__ = ["Cell", "Mark", "Replay", "Run", "mark_in"]

_Result = TypeVar("_Result")

# Losing the warm process this often while alone in it is the submission's own doing.
_ALONE_LOSSES: Final = 2
_MAX_LOSSES: Final = 4
_MAX_REPLAYS: Final = 20


@dataclass(frozen=True)
class Cell:
    """A cell that has run, and for how long it may run again."""

    source: CellSource
    seconds: float


@dataclass(frozen=True)
class Mark:
    """A place between cells.

    Attributes:
        names: those that will be asked about after the last cell.
        spent_s: how long the cells before it have taken.
    """

    place: Place
    names: tuple[str, ...]
    spent_s: float


@dataclass
class Run:
    """A run of the notebook in one child, and how far it has come.

    Attributes:
        again: whether it goes through the notebook again, from one place gone by to the next.
        done: how many steps (cells that ran well, and marks).
        asked: whether calls have been answered in it, so that no further cell may run there.
    """

    conversation: Conversation
    again: bool
    done: int = 0
    asked: bool = False


class Replay:
    """Keeps one run of the notebook, and the steps that the next one will have to take.

    Args:
        nursery: where children come from.
        session: whose it is.
        setup: what each starts from.

    Attributes:
        starts_s: seconds in which children started.
    """

    def __init__(self, nursery: Nursery, session: Session, setup: Setup) -> None:
        self.starts_s = 0.0
        self._nursery = nursery
        self._session = session
        self._setup = setup
        self._run: Run | None = None
        self._steps: list[Cell | Mark] = []
        self._losses = 0
        self._alone_losses = 0
        self._closed = False

    @property
    def stands(self) -> bool:
        """Whether the first run is there and has taken all steps."""
        run = self._run
        return run is not None and not run.again and _serves(run, len(self._steps), again=False)

    def do(
        self, job: Callable[[Run], _Result], left: Callable[[], float], *, at: Mark | None = None
    ) -> _Result | Cut:
        """What ``job`` makes of a run; again in a new warm process if the old one dies meanwhile.

        Args:
            job: of what it got from a process that then died nothing remains.
            left: seconds that taking the steps again may take from now on.
            at: the place where a run is to stand that goes through the notebook again; the first
                run, after all steps, if not given.

        Returns: its result, or why there is no run to do it with.

        Raises:
            GraderFault: the warm process cannot be kept alive, or memory ran out that was not the
                submission's.
        """
        while True:
            try:
                run = self._standing_at(at, left)
                if isinstance(run, Cut):
                    return run
                result = job(run)
            except WarmProcessLostError:
                cut = self._note_loss()
                if cut is not None:
                    return cut
                continue
            except GraderFault:
                self._drop()
                raise
            if run.conversation.is_lost:
                self._drop()
            return result

    def done(self, step: Cell | Mark) -> None:
        """The run has just taken ``step``, and every later one will have to."""
        self._steps.append(step)
        assert self._run is not None
        self._run.done = len(self._steps)

    def owe(self, step: Cell | Mark) -> None:
        """The run has failed to take ``step``; the next one will."""
        self._steps.append(step)

    def goes_on(self) -> None:
        """A cell follows: a run that has answered calls itself is of no use for it."""
        if self._run is not None and self._run.asked:
            self._drop()

    def close(self) -> None:
        self._closed = True
        self._drop()

    def _note_loss(self) -> Cut | None:
        """The warm process is gone; what that means if it is not to be tried again."""
        self._run = None
        self._losses += 1
        if self._nursery.alone(self._session):
            self._alone_losses += 1
        if self._alone_losses >= _ALONE_LOSSES:
            self._alone_losses = 0
            return Cut("killed", "your code ended the process that runs it, twice")
        if self._losses >= _MAX_LOSSES:
            raise GraderFault(
                f"the warm process died {self._losses} times: {self._nursery.last_words}"
            )
        return None

    def _standing_at(self, place: Mark | None, left: Callable[[], float]) -> Run | Cut:
        """The run, brought to ``place``; a new one if the present one is of no use for that."""
        if self._closed:
            raise GraderFault("the session is closed")
        again = place is not None
        for _ in range(_MAX_REPLAYS):
            allowance = self._setup.allowance
            if allowance is not None and allowance.cut is not None:
                return allowance.cut
            wanted = len(self._steps) if place is None else self._steps.index(place) + 1
            if self._run is not None and not _serves(self._run, wanted, again=again):
                self._drop()
            if self._run is None:
                self._run = self._start(again=again)
            if self._has_caught_up(self._run, wanted, left):
                return self._run
            self._drop()
            if left() <= 0:
                return Cut("timeout", messages.REPLAY_TOO_SLOW)
        return Cut("killed", "the notebook could not be brought back to where it was")

    def _start(self, *, again: bool) -> Run:
        began = time.monotonic()
        try:
            return Run(self._nursery.fork(self._setup), again)
        finally:
            self.starts_s += time.monotonic() - began

    def _has_caught_up(self, run: Run, wanted: int, left: Callable[[], float]) -> bool:
        """Have ``run`` take the steps that it has not taken; False if one of them ended it, or
        there was no time for all."""
        while run.done < wanted:
            step = self._steps[run.done]
            if isinstance(step, Cell):
                seconds = min(step.seconds, left())
                if seconds <= 0:
                    return False
                failed = isinstance(run.conversation.run(step.source, seconds), Cut)
            else:
                failed = not run.again and isinstance(mark_in(step, run), Cut)
            if failed:
                # A cell ran well before; now it is left out rather than tried for ever.
                if isinstance(step, Cell):
                    del self._steps[run.done]
                return False
            run.done += 1
        return True

    def _drop(self) -> None:
        """End the run; the next job starts a new one."""
        run = self._run
        self._run = None
        if run is None:
            return
        try:
            run.conversation.close()
        except WarmProcessLostError:
            self._losses += 1


def mark_in(mark: Mark, run: Run) -> Cut | None:
    """Have ``run`` remember the place where it stands; why it does not, else None."""
    return run.conversation.mark(mark.place, mark.names)


def _serves(run: Run, wanted: int, *, again: bool) -> bool:
    """Whether ``run`` goes on, is not past ``wanted`` steps, and need not run cells after calls."""
    if run.conversation.has_ended or run.again != again or run.done > wanted:
        return False
    return not run.asked or run.done == wanted
