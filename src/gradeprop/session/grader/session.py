"""One submission's session: its cells, its questions, its time. Trusted side.

What is asked about an earlier place is first asked of the process that has run everything, by the
objects that were there (see `gradeprop.session.student.places`). That may only award: what was not
right is asked again by a process that has run the cells up to the place and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.grader.asking import Answers, Cut, Questions
from gradeprop.session.grader.contention import Contention
from gradeprop.session.grader.kept_output import KeptOutput
from gradeprop.session.grader.line import Line
from gradeprop.session.grader.nursery import Nursery, Setup
from gradeprop.session.grader.replay import Cell, Mark, Replay, Run, mark_in
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Outcome,
    Place,
    Session,
    Stopped,
)

__all__ = ["ProcessSession"]

# A replay need not wait in full for a cell that was interrupted.
_REPLAY_INTERRUPTED_S: Final = 1.0
# How much longer than before the cells may take when they run again, and seconds on top.
_AGAIN: Final = 2.0
_AGAIN_S: Final = 1.0


class ProcessSession(Session):
    """One submission in a child of the warm process."""

    def __init__(self, nursery: Nursery, setup: Setup) -> None:
        self._nursery = nursery
        self._limits = setup.limits
        self._replay = Replay(nursery, self, setup)
        self._output = KeptOutput(setup.limits)
        self._contention = setup.allowance.contention if setup.allowance else Contention()
        self._marks: list[Mark] = []
        self._cells_s = 0.0
        self._asks_s = 0.0
        # What going through the notebook again has taken, and its checks may take.
        self._again_s = 0.0
        self._granted_s = 0.0
        self._closed = False

    def begin(self) -> None:
        """Have the child forked while the grader prepares its first request.

        Raises:
            GraderFault: it cannot be.
        """
        cut = self._replay.do(lambda _: None, self._left())
        if cut is not None:
            raise GraderFault(f"a session could not start: {self._nursery.last_words}")

    def run(self, cell: CellSource) -> CellOutcome:
        own = self._limits.cell_s if cell.seconds is None else cell.seconds
        left = self._left()
        if left() <= 0:
            return CellOutcome("timeout", message=messages.total_spent(self._limits.total_s))
        self._replay.goes_on()
        cut_short = left() < own
        began = self._now()
        outcome = self._replay.do(
            lambda run: run.conversation.run(cell, max(0.0, min(own, left()))), left
        )
        taken = self._now() - began
        if isinstance(outcome, Cut):
            # A cell that cost its process is left out when the others run again.
            outcome = CellOutcome(outcome.reason, seconds=taken, message=outcome.message)
        else:
            again = _REPLAY_INTERRUPTED_S if outcome.status == "timeout" else own
            self._replay.done(Cell(cell, again))
        self._cells_s += taken
        self._note_time(outcome.status)
        if outcome.status == "timeout" and cut_short:
            outcome = replace(outcome, message=messages.total_spent(self._limits.total_s))
        return self._output.keep(outcome)

    def mark(self, names: Iterable[str] = ()) -> Place:
        mark = Mark(Place(len(self._marks)), tuple(sorted(names)), self._cells_s)
        self._marks.append(mark)
        cut = self._replay.do(partial(mark_in, mark), self._left())
        if cut is None:
            self._replay.done(mark)
        else:
            self._replay.owe(mark)
        return mark.place

    def ask(
        self, asks: Sequence[Ask], *, at: Place | None = None, seconds: float | None = None
    ) -> list[Outcome]:
        if not asks:
            return []
        own = self._limits.check_s if seconds is None else seconds
        if at is None:
            return self._ask_here(asks, own)
        return self._ask_again(asks, own, self._marks[at])

    def _ask_here(self, asks: Sequence[Ask], own: float) -> list[Outcome]:
        left = self._left()
        if left() <= 0:
            return [Stopped("timeout", messages.total_spent(self._limits.total_s)) for _ in asks]
        began = self._now()
        answers = self._answers(asks, own, left)
        self._asks_s += self._now() - began
        self._note_time(None if answers.cut is None else answers.cut.reason)
        return self._noted(answers.of_each(asks))

    def _ask_again(self, asks: Sequence[Ask], own: float, mark: Mark) -> list[Outcome]:
        """Going through the notebook again may take somewhat longer than before, since the machine
        may be busier now, and each check that is asked then its time, and what it takes to end it;
        what one does not need, the others may."""
        self._granted_s += own + Line.grace_s
        began = self._now()
        spent = self._again_s

        def left() -> float:
            allowed = _AGAIN * mark.spent_s + _AGAIN_S + self._granted_s
            return allowed - spent - (self._now() - began)

        answers = self._answers(asks, own, left, mark)
        self._again_s += self._now() - began
        self._note_time(None if answers.cut is None else answers.cut.reason)
        return self._noted(answers.of_each(asks))

    def recall(
        self, asks: Sequence[Ask], *, at: Place, seconds: float | None = None
    ) -> list[Outcome] | None:
        mark = self._marks[at]
        own = self._limits.check_s if seconds is None else seconds
        # What later cells take is not at the expense of a place before them.
        allowed = min(own, self._limits.total_s - mark.spent_s - self._asks_s)
        if allowed <= 0 or not self._replay.stands:
            return None
        questions = Questions.of(asks, allowed)
        began = self._now()
        answers = self._ask_a_run(partial(_recall_in, mark.place, questions), lambda: 0.0)
        self._asks_s += self._now() - began
        return None if answers.forgotten else answers.of_each(asks)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._replay.close()
            self._nursery.forget(self)

    # Time.

    def _now(self) -> float:
        """Seconds that count: not those in which a process starts, which with a GPU are many."""
        return time.monotonic() - self._replay.starts_s

    def _left(self) -> Callable[[], float]:
        """What is left of the whole from now on."""
        began = self._now()
        left = self._limits.total_s - self._cells_s - self._asks_s
        return lambda: left - (self._now() - began)

    def _note_time(self, reason: str | None) -> None:
        """Whether what ended for this ``reason`` lacked a processor, or memory that others had."""
        if reason == "timeout" and self._contention.disturbed:
            self.disturbed = True
        if reason == "memory" and self._nursery.memory_is_shared:
            self.disturbed = True

    def _noted(self, outcomes: list[Outcome]) -> list[Outcome]:
        """These, with a note of whether one had no memory."""
        if any(isinstance(outcome, Stopped) and outcome.reason == "memory" for outcome in outcomes):
            self._note_time("memory")
        return outcomes

    # Ways to have questions answered.

    def _answers(
        self, asks: Sequence[Ask], own: float, left: Callable[[], float], at: Mark | None = None
    ) -> Answers:
        """Ask a child that stands there, on a copy of it.

        Args:
            own: seconds that answering may take.
            left: seconds that are left for that and for bringing a child there.
            at: where, if not after all that has run so far.
        """
        questions = Questions.of(asks, own)
        spent = messages.total_spent(self._limits.total_s)

        def in_time() -> Questions:
            given = max(0.0, min(own, left()))
            late = spent if at is None else messages.REPLAY_TOO_SLOW
            return replace(questions, seconds=given, late=late if given < own else None)

        if questions.only_reads:
            attempt = lambda run: run.conversation.read(in_time())  # noqa: E731
        elif self._nursery.can_fork_children:
            attempt = lambda run: run.conversation.check(in_time())  # noqa: E731
        else:
            attempt = lambda run: _recall_in(None, in_time(), run)  # noqa: E731
        answers = self._ask_a_run(attempt, left, at)
        if answers.cut is not None and answers.cut.gone and self._nursery.can_fork_children:
            # Calls run in a fork and cannot end the child: perhaps a thread of an earlier cell has,
            # or something that runs there has left no room for the fork.
            answers = self._ask_a_run(attempt, left, at)
        if answers.forgotten:
            return Answers(cut=Cut("killed", messages.MALFORMED))
        return answers

    def _ask_a_run(
        self, job: Callable[[Run], Answers], left: Callable[[], float], at: Mark | None = None
    ) -> Answers:
        answers = self._replay.do(job, left, at=at)
        return Answers(cut=answers) if isinstance(answers, Cut) else answers


def _recall_in(place: Place | None, questions: Questions, run: Run) -> Answers:
    """Have the child itself answer; it is of no use for cells any more."""
    run.asked = True
    return run.conversation.recall(place, questions)
