"""One submission's session: its cells, its questions, its time. Trusted side.

What is asked about an earlier place is first asked of the process that has run everything, which
can mostly go back there at no cost (see `gradeprop.session.student.places`). Once it cannot, or a
call has broken it, a new process runs the cells up to the place and answers from there, and so for
all places that follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.grader.asking import Answers, Cut, Questions
from gradeprop.session.grader.contention import Contention
from gradeprop.session.grader.kept_output import KeptOutput
from gradeprop.session.grader.nursery import Nursery, Setup
from gradeprop.session.grader.replay import Cell, Mark, Replay, Run
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


class ProcessSession(Session):
    """One submission in a child of the warm process."""

    def __init__(self, nursery: Nursery, setup: Setup) -> None:
        self._nursery = nursery
        self._limits = setup.limits
        self._replay = Replay(nursery, self, setup)
        self._output = KeptOutput(setup.limits)
        self._contention = setup.allowance.contention if setup.allowance else Contention()
        self._marks: list[Mark] = []
        # Whether earlier places are asked about in processes that stand there.
        self._careful = False
        self._cells_s = 0.0
        self._asks_s = 0.0
        self._closed = False

    def begin(self) -> None:
        """Have the child forked while the grader prepares its first request.

        Raises:
            GraderFault: it cannot be.
        """
        cut = self._replay.do(lambda _: None)
        if cut is not None:
            raise GraderFault(f"a session could not start: {self._nursery.last_words}")

    def run(self, cell: CellSource) -> CellOutcome:
        own = self._limits.cell_s if cell.seconds is None else cell.seconds
        seconds = self._allowed(own, self._cells_s)
        if seconds <= 0:
            return CellOutcome("timeout", message=messages.total_spent(self._limits.total_s))
        began = self._now()
        outcome = self._replay.do(lambda run: run.conversation.run(cell, seconds))
        if isinstance(outcome, Cut):
            # A cell that cost its process is left out when the others run again.
            taken = self._now() - began
            outcome = CellOutcome(outcome.reason, seconds=taken, message=outcome.message)
        else:
            again = _REPLAY_INTERRUPTED_S if outcome.status == "timeout" else own
            self._replay.done(Cell(cell, again))
        self._cells_s += outcome.seconds
        self._note_time(outcome.status)
        late = self._late(seconds, own)
        if late and outcome.status == "timeout":
            outcome = replace(outcome, message=late)
        return self._output.keep(outcome)

    def mark(self) -> Place:
        return self._mark().place

    def _mark(self) -> Mark:
        mark = Mark(Place(len(self._marks)), self._cells_s)
        self._marks.append(mark)
        cut = self._replay.do(lambda run: run.conversation.mark(mark.place))
        if cut is None:
            self._replay.done(mark)
        else:
            self._replay.owe(mark)
        return mark

    def ask(
        self, asks: Sequence[Ask], *, at: Place | None = None, seconds: float | None = None
    ) -> list[Outcome]:
        if not asks:
            return []
        mark = None if at is None else self._marks[at]
        own = self._limits.check_s if seconds is None else seconds
        allowed = self._allowed(own, self._cells_s if mark is None else mark.spent_s)
        questions = Questions.of(asks, allowed, self._late(allowed, own))
        if allowed <= 0:
            return [Stopped("timeout", messages.total_spent(self._limits.total_s)) for _ in asks]
        began = self._now()
        answers = self._answers(mark, questions)
        self._asks_s += self._now() - began
        self._note_time(None if answers.cut is None else answers.cut.reason)
        return answers.of_each(asks)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._replay.close()
            self._nursery.forget(self)

    # Time.

    def _now(self) -> float:
        """Seconds that count: not those in which a process starts, which with a GPU are many."""
        return time.monotonic() - self._replay.starts_s

    def _allowed(self, seconds: float, cells_s: float) -> float:
        """How long something may take: ``seconds``, or what is left of the whole.

        Of the whole ``cells_s`` and all asks have been spent. What later cells take is not at the
        expense of a place before them."""
        return min(seconds, self._limits.total_s - cells_s - self._asks_s)

    def _note_time(self, reason: str | None) -> None:
        """Whether what ended for this ``reason`` had no time for want of a processor."""
        if reason == "timeout" and self._contention.disturbed:
            self.disturbed = True

    def _late(self, allowed: float, own: float) -> str | None:
        """What to say when ``allowed`` is over, where that is less than its ``own`` limit."""
        return messages.total_spent(self._limits.total_s) if allowed < own else None

    # Ways to have questions answered.

    def _answers(self, mark: Mark | None, questions: Questions) -> Answers:
        if mark is not None and not self._careful:
            answers = self._recall(mark, questions)
            if answers is not None:
                return answers
        return self._check(mark, questions)

    def _recall(self, mark: Mark, questions: Questions) -> Answers | None:
        """Ask the child that has run everything; None if it cannot tell any more what was there."""
        answers = self._ask_a_run(partial(_recall_in, mark, questions), asked_too=True)
        if answers.moved:
            self._careful = True
            return None
        if answers.cut is None:
            return answers
        self._careful = True
        # Whether the call ended the process, or perhaps a thread of an earlier cell, shows in a
        # fork.
        return None if answers.cut.gone else answers

    def _check(self, mark: Mark | None, questions: Questions) -> Answers:
        """Ask a child that stands at the place, on a copy of it."""
        if questions.only_reads:
            attempt = partial(_read_in, questions)
        elif self._nursery.can_fork_children:
            attempt = partial(_check_in, questions)
        else:
            return self._check_alone(mark or self._mark(), questions)
        answers = self._ask_a_run(attempt, at=mark)
        if answers.cut is not None and answers.cut.gone:
            # Calls run in a fork and cannot end the child: perhaps a thread of an earlier cell has.
            answers = self._ask_a_run(attempt, at=mark)
        return answers

    def _check_alone(self, mark: Mark, questions: Questions) -> Answers:
        """The same without a fork: the child is of no use for another check afterwards."""
        answers = self._ask_a_run(partial(_recall_in, mark, questions), at=mark)
        if answers.moved:
            return Answers(cut=Cut("killed", messages.MALFORMED))
        return answers

    def _ask_a_run(
        self, job: Callable[[Run], Answers], *, at: Mark | None = None, asked_too: bool = False
    ) -> Answers:
        answers = self._replay.do(job, at=at, asked_too=asked_too)
        return Answers(cut=answers) if isinstance(answers, Cut) else answers


def _read_in(questions: Questions, run: Run) -> Answers:
    return run.conversation.read(questions)


def _check_in(questions: Questions, run: Run) -> Answers:
    return run.conversation.check(questions)


def _recall_in(mark: Mark, questions: Questions, run: Run) -> Answers:
    """Have the child itself answer; it is of no use for cells any more."""
    run.asked = True
    return run.conversation.recall(mark.place, questions)
