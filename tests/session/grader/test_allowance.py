"""What a submission may use in all, whatever its own side says."""

from __future__ import annotations

import pytest

from gradeprop.session.grader import allowance as module
from gradeprop.session.grader.allowance import Allowance, processor_limit_s
from gradeprop.session.interface import Limits
from gradeprop.session.wire.frames import WireError

LIMITS = Limits(total_s=10.0, result_mb=1)
ALL_S = 30.0
LATER = 1e9


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    monkeypatch.setattr(module, "_PROCESSORS", 1)
    return made


def test_every_time_that_is_waited_counts_and_no_deadline_is_after_the_end(clock: Clock) -> None:
    allowance = Allowance(LIMITS)
    with allowance.waiting(25.0) as end:
        assert end == 25.0
        clock.now = 20.0
    clock.now = 100.0  # the grader's own time, which is nobody's
    with allowance.waiting(LATER) as end:
        assert end == 100.0 + ALL_S - 20.0
        clock.now = end
    cut = allowance.cut
    assert cut is not None
    assert (cut.reason, cut.message) == ("timeout", "the whole notebook took more than 10 s")


def test_what_is_sent_is_counted_together(clock: Clock) -> None:
    del clock
    allowance = Allowance(LIMITS)
    for _ in range(16):
        allowance.take(1 << 20)
    assert allowance.cut is None
    with pytest.raises(WireError) as raised:
        allowance.take(1)
    assert raised.value.kind == "too_big"
    assert allowance.cut is not None
    assert allowance.cut.reason == "output"
    assert "larger than 16 MiB" in allowance.cut.message


def test_processor_time_is_measured_only_when_it_could_be_too_much(clock: Clock) -> None:
    limits = Limits(total_s=100.0)
    most = processor_limit_s(limits)
    used, asked = 7.0, []

    def processor_s() -> float:
        asked.append(clock.now)
        return used

    allowance = Allowance(limits, processor_s)
    clock.now += most - 1
    with allowance.waiting(LATER):
        clock.now += 1.0
    assert asked == [0.0]
    with allowance.waiting(LATER):
        clock.now += 1.0
    assert len(asked) == 2
    assert allowance.cut is None
    used = 7.0 + most + 1
    clock.now += most
    with pytest.raises(WireError) as raised, allowance.waiting(LATER):
        clock.now += 1.0
    assert raised.value.kind == "deadline"
    assert allowance.cut is not None
    assert "processor time" in allowance.cut.message


def test_where_others_use_it_too_processor_time_costs_nobody(clock: Clock) -> None:
    allowance = Allowance(Limits(total_s=100.0), lambda: None)
    with allowance.waiting(LATER):
        clock.now += 290.0
    assert allowance.cut is None
