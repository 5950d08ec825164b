"""The session's way through lost processes and moved states, with conversations written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gradeprop.errors import GraderFault
from gradeprop.session.grader.asking import MOVED, Answers, Cut, Questions
from gradeprop.session.grader.nursery import Setup
from gradeprop.session.grader.session import ProcessSession
from gradeprop.session.grader.warm_process import WarmProcessLostError
from gradeprop.session.interface import (
    Call,
    CellOutcome,
    CellSource,
    Limits,
    Outcome,
    Read,
    Returned,
    Session,
    Stopped,
)

ASKS = [Call("f"), Call("g")]
ALL = Answers((Returned(1), Returned(2)))
HANGS = Cut("timeout", "too slow")
GONE = Cut("killed", "it ended", gone=True)


@dataclass
class Script:
    """A conversation that does as it was told: what it answers, and what it was asked for."""

    answers: Callable[[], Answers]
    asked: list[str] = field(default_factory=list)
    has_ended: bool = False
    is_lost: bool = False
    closed: bool = False

    def run(self, cell: CellSource, seconds: float) -> CellOutcome | Cut:
        del seconds
        self.asked.append(f"run {cell.source}")
        if cell.source == "dies":
            self.is_lost = True
            return GONE
        return CellOutcome("ok")

    def mark(self, place: int) -> Cut | None:
        self.asked.append(f"mark {place}")
        return None

    def read(self, questions: Questions) -> Answers:
        del questions
        return self._answer("read")

    def check(self, questions: Questions) -> Answers:
        del questions
        return self._answer("check")

    def recall(self, place: int, questions: Questions) -> Answers:
        del questions
        return self._answer(f"recall {place}")

    def _answer(self, how: str) -> Answers:
        self.asked.append(how)
        answers = self.answers()
        self.is_lost = answers.cut is not None
        return answers

    def close(self) -> None:
        self.closed = True


class Scripted:
    """A nursery whose children say, in order, what is written down; an error is raised."""

    can_fork_children = True
    last_words = "no memory"

    def __init__(self, *said: Answers | Exception) -> None:
        self._said = list(said)
        self.children: list[Script] = []
        self.others_open = False

    def fork(self, setup: Setup) -> Any:
        del setup
        self.children.append(Script(self._next))
        return self.children[-1]

    def _next(self) -> Answers:
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def alone(self, session: Session) -> bool:
        del session
        return not self.others_open

    def forget(self, session: Session) -> None:
        """Nothing to forget."""

    @property
    def asked(self) -> list[list[str]]:
        """What each child was asked for."""
        return [child.asked for child in self.children]


def opened(nursery: Scripted) -> ProcessSession:
    session = ProcessSession(nursery, Setup(Limits(), 1, {}))
    session.begin()
    session.run(CellSource("x", "cell"))
    return session


def kinds(outcomes: list[Outcome]) -> list[object]:
    return [
        outcome.value if isinstance(outcome, Returned) else type(outcome) for outcome in outcomes
    ]


def test_answers_that_were_cut_are_stopped_from_there_on() -> None:
    nursery = Scripted(Answers((Returned(1),), HANGS))
    outcomes = opened(nursery).ask(ASKS)
    assert kinds(outcomes) == [1, Stopped]
    assert outcomes[1] == Stopped("timeout", "too slow")


def test_reads_are_read_and_calls_are_checked() -> None:
    nursery = Scripted(ALL, ALL)
    session = opened(nursery)
    session.ask(ASKS)
    session.ask([Read("a"), Read("b")])
    assert nursery.asked == [["run x", "check", "read"]]


def test_of_an_attempt_whose_warm_process_died_nothing_remains() -> None:
    nursery = Scripted(WarmProcessLostError("it went away"), ALL)
    assert kinds(opened(nursery).ask(ASKS)) == [1, 2]
    assert nursery.asked == [["run x", "check"], ["run x", "check"]]


def test_losing_the_warm_process_twice_alone_is_the_submissions_own_doing() -> None:
    lost = WarmProcessLostError("it went away")
    outcomes = opened(Scripted(lost, lost)).ask(ASKS)
    assert kinds(outcomes) == [Stopped, Stopped]
    assert isinstance(outcomes[0], Stopped)
    assert "twice" in outcomes[0].message


def test_losing_it_again_and_again_beside_others_is_the_graders_fault() -> None:
    nursery = Scripted(*[WarmProcessLostError("it went away")] * 4)
    nursery.others_open = True
    with pytest.raises(GraderFault, match="4 times: no memory"):
        opened(nursery).ask(ASKS)


def test_once_the_state_has_moved_places_are_stood_at_again() -> None:
    nursery = Scripted(MOVED, ALL, ALL)
    session = opened(nursery)
    place = session.mark()
    session.run(CellSource("y", "cell"))
    assert kinds(session.ask(ASKS, at=place)) == [1, 2]
    assert kinds(session.ask(ASKS, at=place)) == [1, 2]
    ran_everything, stands_there = nursery.asked
    assert ran_everything == ["run x", "mark 0", "run y", "recall 0"]
    assert stands_there == ["run x", "mark 0", "check", "check"]


def test_whether_a_call_ended_its_process_shows_in_a_fork() -> None:
    nursery = Scripted(Answers((Returned(1),), GONE), Answers((Returned(1),), HANGS))
    session = opened(nursery)
    place = session.mark()
    assert kinds(session.ask(ASKS, at=place)) == [1, Stopped]
    assert nursery.asked[1] == ["run x", "mark 0", "check"]


def test_what_hung_at_an_earlier_place_is_not_tried_again() -> None:
    nursery = Scripted(Answers((Returned(1),), HANGS))
    session = opened(nursery)
    place = session.mark()
    assert kinds(session.ask(ASKS, at=place)) == [1, Stopped]
    assert nursery.children[0].closed


def test_a_child_that_is_gone_is_replaced_once_for_a_check() -> None:
    nursery = Scripted(Answers(cut=GONE), Answers((Returned(1),), GONE))
    assert kinds(opened(nursery).ask(ASKS)) == [1, Stopped]
    assert nursery.asked == [["run x", "check"], ["run x", "check"]]


def test_a_cell_that_cost_its_process_is_left_out_when_the_others_run_again() -> None:
    nursery = Scripted(ALL)
    session = opened(nursery)
    assert session.run(CellSource("dies", "cell")).status == "killed"
    session.ask(ASKS)
    assert nursery.asked == [["run x", "run dies"], ["run x", "check"]]


def test_without_forks_a_child_that_has_answered_is_replaced() -> None:
    nursery = Scripted(ALL, ALL)
    nursery.can_fork_children = False
    session = opened(nursery)
    session.ask(ASKS)
    session.ask(ASKS)
    assert nursery.asked == [
        ["run x", "mark 0", "recall 0"],
        ["run x", "mark 0", "mark 1", "recall 1"],
    ]


def test_a_sandbox_that_starts_no_child_is_a_fault() -> None:
    class Barren(Scripted):
        def fork(self, setup: Setup) -> Any:
            raise WarmProcessLostError(f"it went away with {setup}")

    with pytest.raises(GraderFault, match="no memory"):
        opened(Barren())
