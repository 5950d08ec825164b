"""A session's time, with children that are made up and a clock that only the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.session.grader import replay, session
from gradeprop.session.grader.asking import Answers, Cut, Questions
from gradeprop.session.grader.line import Line
from gradeprop.session.grader.nursery import Setup
from gradeprop.session.grader.session import ProcessSession
from gradeprop.session.interface import (
    Call,
    CellOutcome,
    CellSource,
    Limits,
    Read,
    Returned,
    Stopped,
)
from gradeprop.session.messages import REPLAY_TOO_SLOW

STARTS_S = 500.0
TOTAL_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class MadeUp:
    """A conversation in which every cell runs well for so long, or as long as it may, and every
    name is 1."""

    has_ended = False
    is_lost = False

    def __init__(self, clock: Clock, cell_s: float = 0.0) -> None:
        self.clock = clock
        self.cell_s = cell_s

    def run(self, _: CellSource, seconds: float) -> CellOutcome:
        self.clock.now += min(self.cell_s, seconds)
        return CellOutcome("ok" if self.cell_s < seconds else "timeout")

    def mark(self, _: int, __: tuple[str, ...]) -> None:
        pass

    def read(self, questions: Questions) -> Answers:
        return Answers(tuple(Returned(1) for _ in questions.asks))

    def check(self, questions: Questions) -> Answers:
        """Takes all the time that there is."""
        self.clock.now += questions.seconds
        late = Cut("timeout", questions.late or f"not done in {questions.seconds:g} s")
        return Answers(cut=late)

    def close(self) -> None:
        self.has_ended = True


class SlowNursery:
    """Children take long to start, as with a GPU; their cells take one time after the other."""

    can_fork_children = True
    memory_is_shared = False
    last_words = ""

    def __init__(self, clock: Clock, *cells_s: float) -> None:
        self.clock = clock
        self.cells_s = iter(cells_s)
        self.children: list[MadeUp] = []

    def fork(self, _: Setup) -> Any:
        self.clock.now += STARTS_S
        self.children.append(MadeUp(self.clock, next(self.cells_s, 0.0)))
        return self.children[-1]

    def alone(self, _: object) -> bool:
        return True

    def forget(self, _: object) -> None:
        pass


GRACE_S = 1.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (replay, session):
        monkeypatch.setattr(module, "time", made)
    monkeypatch.setattr(Line, "grace_s", GRACE_S)
    return made


def test_the_time_in_which_a_child_starts_is_nobodys(clock: Clock) -> None:
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


CHECK_S = 3.0


def gone_through_again(clock: Clock, first_s: float, again_s: float) -> tuple[list[Any], float]:
    """What three checks hear at the end of ten cells, and the seconds that took."""
    nursery = SlowNursery(clock, first_s, *[again_s] * 9)
    limits = Limits(cell_s=50.0, check_s=CHECK_S, total_s=TOTAL_S)
    with ProcessSession(nursery, Setup(limits, 1, {})) as opened:
        opened.begin()
        for _ in range(10):
            opened.run(CellSource("x", "cell"))
        place = opened.mark(["f"])
        began, started = clock.now, len(nursery.children)
        heard = [opened.ask([Call("f")], at=place)[0] for _ in range(3)]
        return heard, clock.now - began - STARTS_S * (len(nursery.children) - started)


def test_cells_that_take_no_longer_again_leave_every_check_its_time(clock: Clock) -> None:
    heard, took = gone_through_again(clock, 1.0, 1.2)
    assert heard == [Stopped("timeout", "not done in 3 s")] * 3
    assert took == pytest.approx(10 * 1.2 + 3 * CHECK_S)


def test_cells_that_take_longer_again_are_stopped_and_no_answer_is_called_slow(
    clock: Clock,
) -> None:
    heard, took = gone_through_again(clock, 0.1, 40.0)
    assert heard == [Stopped("timeout", REPLAY_TOO_SLOW)] * 3
    assert took == pytest.approx(2 * 10 * 0.1 + 1.0 + 3 * (CHECK_S + GRACE_S))


def test_what_cells_take_again_beyond_their_own_is_at_the_expense_of_checks(clock: Clock) -> None:
    heard, took = gone_through_again(clock, 1.0, 2.4)
    assert heard[0] == Stopped("timeout", REPLAY_TOO_SLOW)  # it had 1 s and not its 3
    assert heard[1:] == [Stopped("timeout", "not done in 3 s")] * 2
    assert took == pytest.approx(2 * 10 * 1.0 + 1.0 + CHECK_S + GRACE_S + 2 * CHECK_S)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("where", ["cell", "check"])
def test_memory_that_others_may_have_had_is_to_be_tried_for_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, where: str, shared: bool
) -> None:
    """As a GPU's, which no limit divides."""
    full = Stopped("memory", "there was no room")
    if where == "cell":
        monkeypatch.setattr(MadeUp, "run", lambda *_: CellOutcome("memory"))
    else:
        monkeypatch.setattr(MadeUp, "read", lambda *_: Answers((full,)))
    nursery = SlowNursery(clock)
    nursery.memory_is_shared = shared
    with ProcessSession(nursery, Setup(Limits(), 1, {})) as opened:
        opened.begin()
        opened.run(CellSource("x", "cell"))
        opened.ask([Read("w")])
        assert opened.disturbed == shared
