"""Who ran out of time for want of a processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gradeprop.session.grader import contention as module
from gradeprop.session.grader.contention import SHARE, Contention


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Silent:
    """A channel through which nothing comes before ``at``, and then the answer."""

    def __init__(self, clock: Clock, at: float) -> None:
        self._clock = clock
        self._at = at

    def comes(self, seconds: float) -> bool:
        self._clock.now = min(self._clock.now + seconds, self._at)
        return self._clock.now >= self._at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def looked(clock: Clock, waited: Callable[[], float], seconds: float, at: float) -> Contention:
    contention = Contention(waited)
    channel: Any = Silent(clock, clock.now + at)
    contention.look(channel, clock.now + seconds)
    return contention


NEVER = 1e9


@pytest.mark.parametrize("seconds", [0.5, 4.0, 100.0])
@pytest.mark.parametrize(("share", "disturbed"), [(0.0, False), (SHARE / 2, False), (0.5, True)])
def test_a_time_that_ran_out_is_anothers_doing_by_how_long_was_waited(
    clock: Clock, seconds: float, share: float, disturbed: bool
) -> None:
    began = clock.now
    found = looked(clock, lambda: 7.0 + share * (clock.now - began), seconds, NEVER)
    assert clock.now == pytest.approx(began + seconds)
    assert found.disturbed is disturbed


def test_what_comes_at_once_is_not_looked_at(clock: Clock) -> None:
    def unwanted() -> float:
        raise AssertionError

    assert not looked(clock, unwanted, 10.0, 0.0).disturbed


def test_a_process_that_is_gone_takes_its_counts_along_and_what_was_seen_stays(
    clock: Clock,
) -> None:
    counts = iter([0.0, 0.5, 1.0])
    assert looked(clock, lambda: next(counts), 10.0, 3.5).disturbed


def test_a_short_wait_after_a_long_one_does_not_hide_it(clock: Clock) -> None:
    began = clock.now
    contention = looked(clock, lambda: clock.now - began, 5.0, NEVER)
    channel: Any = Silent(clock, clock.now)
    contention.look(channel, clock.now + 1.0)
    assert contention.disturbed
