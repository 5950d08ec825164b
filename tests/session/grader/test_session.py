"""A session's time, with children that are made up and a clock that only the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.session.grader import replay, session
from gradeprop.session.grader.asking import Answers, Questions
from gradeprop.session.grader.nursery import Setup
from gradeprop.session.grader.session import ProcessSession
from gradeprop.session.interface import CellOutcome, CellSource, Limits, Read, Returned

STARTS_S = 500.0
TOTAL_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class MadeUp:
    """A conversation in which every cell runs well and every name is 1."""

    has_ended = False
    is_lost = False

    def run(self, _: CellSource, __: float) -> CellOutcome:
        return CellOutcome("ok", seconds=1.0)

    def read(self, questions: Questions) -> Answers:
        return Answers(tuple(Returned(1) for _ in questions.asks))

    def close(self) -> None:
        self.has_ended = True


class SlowNursery:
    """Children take long to start, as with a GPU."""

    can_fork_children = False
    last_words = ""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.children: list[MadeUp] = []

    def fork(self, _: Setup) -> Any:
        self.clock.now += STARTS_S
        self.children.append(MadeUp())
        return self.children[-1]

    def alone(self, _: object) -> bool:
        return True

    def forget(self, _: object) -> None:
        pass


def test_the_time_in_which_a_child_starts_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    for module in (replay, session):
        monkeypatch.setattr(module, "time", clock)
    nursery = SlowNursery(clock)
    opened = ProcessSession(nursery, Setup(Limits(total_s=TOTAL_S), 1, {}))
    opened.begin()
    assert opened.run(CellSource("x", "cell")).status == "ok"
    for _ in range(3):
        nursery.children[-1].has_ended = True  # the next question meets a new one
        (answer,) = opened.ask([Read("w")])
        assert isinstance(answer, Returned), answer
    assert len(nursery.children) == 4
    assert clock.now == 4 * STARTS_S
    opened.close()
