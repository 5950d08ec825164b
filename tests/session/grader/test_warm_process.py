"""The handle on a warm process, with a stand-in that speaks its protocol but imports nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import IO

import pytest

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.session.grader import warm_process as warm
from gradeprop.session.grader.warm_process import WarmProcess, WarmProcessLostError
from session.patience import LONG_S

READY = "say({'ready': {'threads': %d, 'huge_pages': 0, 'missing': %r, 'baseline': 0}})\n"
HEAD = """
import json, socket, sys, time, os
control = socket.socket(fileno=int(sys.argv[1]))
def say(message): control.send(json.dumps(message).encode())
def hear():
    data, fds, _, _ = socket.recv_fds(control, 1 << 16, 4)
    return json.loads(data) if data else None
"""


def starting(source: str) -> Callable[[int, IO[bytes]], subprocess.Popen[bytes]]:
    def start(control: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", HEAD + source, str(control)]
        return subprocess.Popen(command, pass_fds=[control], stdout=log, stderr=log)

    return start


def test_children_are_opened_signalled_and_heard_of() -> None:
    echo = (
        "while (m := hear()) is not None:\n"
        "    if m['op'] == 'signal': say({'id': m['id'], 'ended': -m['signal']})\n"
    )
    process = WarmProcess(starting(READY % (1, []) + echo))
    process.ready()
    first, second = process.open({}), process.open({})
    assert first.ended(0) is None
    second.interrupt()
    assert second.ended(LONG_S) == -2
    assert first.kill() == -9
    process.close()
    assert process.lost


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("print('no torch here', file=sys.stderr); sys.exit(1)", GraderFault, "no torch here"),
        (READY % (3, []), GraderFault, "3 threads"),
        (READY % (1, ["jax"]), MissingFacility, "cannot import jax; pip install jax"),
        ("say({'what': 1}); time.sleep(60)", GraderFault, "did not start"),
    ],
)
def test_a_bad_start_says_why(source: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        WarmProcess(starting(source)).ready()


def test_a_silent_start_meets_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "START_S", 0.3)
    with pytest.raises(GraderFault, match="said nothing"):
        WarmProcess(starting("time.sleep(600)")).ready()


def test_a_warm_process_that_dies_is_lost() -> None:
    process = WarmProcess(starting(READY % (1, []) + "hear()"))
    process.ready()
    child = process.open({})
    with pytest.raises(WarmProcessLostError):
        child.ended(LONG_S)
    assert process.lost
    with pytest.raises(WarmProcessLostError):
        process.open({})
    process.close()


def test_a_child_that_cannot_be_started_is_the_graders_fault() -> None:
    source = READY % (1, []) + "m = hear(); say({'id': m['id'], 'failed': 'no memory'}); hear()"
    process = WarmProcess(starting(source))
    process.ready()
    with pytest.raises(GraderFault, match="no memory"):
        process.open({}).ended(LONG_S)
    process.close()


def test_a_warm_process_that_does_not_obey_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "KILL_S", 0.3)
    process = WarmProcess(starting(READY % (1, []) + "time.sleep(600)"))
    process.ready()
    with pytest.raises(WarmProcessLostError):
        process.open({}).kill()
    assert process.lost
    process.close()


def test_a_copy_of_the_process_that_started_it_can_end_it_too() -> None:
    process = WarmProcess(starting(READY % (1, []) + "time.sleep(600)"))
    process.ready()
    copy = os.fork()
    if copy == 0:
        try:
            process.kill()
        finally:
            os._exit(0)
    os.waitpid(copy, 0)
    assert process._process.wait(LONG_S) == -signal.SIGKILL
    process.close()


def test_it_ends_though_somebody_else_has_a_copy_of_its_line() -> None:
    process = WarmProcess(starting(READY % (1, []) + "hear()"))
    process.ready()
    held = process._control.dup()
    process.close()
    assert process._process.returncode == 0
    held.close()
