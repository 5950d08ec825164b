"""Whoever waits is told which call does not end, although all that is printed is captured."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from gradeprop.session.interface import Call
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student import still_running
from gradeprop.session.student.silence import silence
from gradeprop.session.student.still_running import aloud, watched

NOTICE = "Still running `f`; is there a loop that never ends? Press Ctrl-C to stop.\n"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_running, "AFTER_S", 0.05)


def test_a_long_call_is_told_once_on_the_real_stderr(capfd: Any) -> None:
    def f() -> None:
        print("captured")
        until = time.monotonic() + 60
        while not still_running._voices[0]._said and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)  # long enough to be told of again

    with aloud(), silence():
        KernelSession({"f": f}).ask([Call("f"), Call("f")])
    assert capfd.readouterr() == ("", NOTICE)


def test_a_short_call_is_not_spoken_of(capfd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_running, "AFTER_S", 5.0)  # long for a busy machine, too
    with aloud():
        with silence(), watched("`f`"):
            pass
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()  # it has been called off, or says its word now
    assert capfd.readouterr() == ("", "")


def test_outside_of_a_check_nothing_is_said(capfd: Any) -> None:
    with watched("`f`"):
        time.sleep(0.15)
    assert capfd.readouterr() == ("", "")


def test_what_is_too_late_is_not_said(capfd: Any) -> None:
    with aloud():
        (voice,) = still_running._voices
    voice.say("`f`")
    assert capfd.readouterr() == ("", "")
    assert still_running._voices == []
