"""A double of a sandbox: as good as one of its own, and counted by itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradeprop.errors import GraderFault
from gradeprop.session.grader import warm_process as warm
from gradeprop.session.grader.double_process import DoubleProcess, sender_of
from gradeprop.session.grader.sandbox import ProcessSandbox, open_sandbox
from gradeprop.session.grader.warm_process import WarmProcess
from gradeprop.session.interface import CellSource, Level, Read, Returned, Sandbox, Session
from gradeprop.session.isolation.survey import working
from session.grader.test_warm_process import READY, starting
from session.patience import GENEROUS, LONG_S


@pytest.fixture(
    scope="module",
    params=[pytest.param(level, marks=pytest.mark.slow) for level in ("none", "restricted")]
    + ["full"],
)
def own(request: pytest.FixtureRequest) -> Iterator[ProcessSandbox]:
    """A sandbox that only these tests use: they end its warm process."""
    level: Level = request.param
    problem = None if level == "none" else working(level)
    if problem is not None:
        pytest.skip(f"isolation {level} does not work here: {problem}")
    with open_sandbox(level) as opened:
        assert isinstance(opened, ProcessSandbox)
        yield opened


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest) -> None:
    """What an earlier test has left is gone before the next one counts."""
    if "own" not in request.fixturenames:
        return
    own: ProcessSandbox = request.getfixturevalue("own")
    own.warm()
    assert ended(processes(own) - own._own_processes)


@pytest.fixture
def double(own: ProcessSandbox) -> Iterator[ProcessSandbox]:
    with own.double() as opened:
        yield opened


def value_in(sandbox: Sandbox, source: str) -> object:
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        return value_of(session, source)


def value_of(session: Session, source: str) -> object:
    assert session.run(CellSource(source, "cell")).status == "ok"
    (outcome,) = session.ask([Read("a")])
    assert isinstance(outcome, Returned)
    return outcome.value


def ended(pids: set[int]) -> bool:
    """Whether they come to be gone, buried too."""
    deadline = time.monotonic() + LONG_S
    while any(Path("/proc", str(pid)).exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def processes(sandbox: ProcessSandbox) -> set[int]:
    return set(sandbox.warm().processes())


def test_both_run_cells_at_the_same_time_and_do_not_meet(
    own: ProcessSandbox, double: ProcessSandbox
) -> None:
    with own.open(limits=GENEROUS, seed=1) as one, double.open(limits=GENEROUS, seed=1) as other:
        assert value_of(one, "import torch\na = float(torch.ones(2).sum())") == 2.0
        assert value_of(other, "a = 'torch' in globals()") is False
        assert value_of(one, "a = a + 1") == 3.0


def test_each_counts_the_processes_that_are_its_own(
    own: ProcessSandbox, double: ProcessSandbox
) -> None:
    alone = processes(own)
    with double.open(limits=GENEROUS, seed=1) as session:
        assert value_of(session, "a = 1") == 1
        theirs = processes(double)
        assert len(theirs) == 2  # its warm process and the session's
        assert processes(own) == alone
        assert not theirs & alone


def test_it_has_a_control_group_of_its_own_where_there_are_any(
    own: ProcessSandbox, double: ProcessSandbox
) -> None:
    groups = [item._counting.group for item in (own, double)]
    if None in groups:
        pytest.skip("control groups cannot be made here")
    inside = [
        {int(line) for line in Path(group.procs[0]).read_text().split()}
        for group in groups
        if group is not None
    ]
    assert inside[1] == processes(double)
    assert not inside[0] & inside[1]


def test_a_double_that_is_lost_is_started_again(
    own: ProcessSandbox, double: ProcessSandbox
) -> None:
    with double.open(limits=GENEROUS, seed=1) as session:
        assert value_of(session, "a = 1") == 1
        first = processes(double)
        double.warm().kill()
        assert ended(first)
    assert value_in(double, "a = 2") == 2
    assert not first & processes(double)
    assert value_in(own, "a = 3") == 3


def test_it_ends_with_the_process_that_it_is_a_copy_of_and_comes_again_with_the_next(
    own: ProcessSandbox, double: ProcessSandbox
) -> None:
    with double.open(limits=GENEROUS, seed=1) as session:
        assert value_of(session, "a = 1") == 1
        first = double.warm().processes()[0]
        own.warm().kill()
        assert ended({first})
    assert value_in(double, "a = 2") == 2
    assert value_in(own, "a = 3") == 3


def test_that_the_process_has_died_unnoticed_does_not_matter(own: ProcessSandbox) -> None:
    with own.open(limits=GENEROUS, seed=1) as session:
        assert value_of(session, "a = 1") == 1
        os.kill(own.warm().processes()[0], signal.SIGKILL)
        with own.double() as double:
            assert value_in(double, "a = 2") == 2
        assert value_of(session, "a = a + 1") == 2


def test_nothing_is_left_of_it_when_it_is_closed(own: ProcessSandbox) -> None:
    before = processes(own)
    double = own.double()
    session = double.open(limits=GENEROUS, seed=1)
    assert value_of(session, "a = 1") == 1
    theirs = processes(double)
    double.close()
    double.close()
    assert ended(theirs)
    assert processes(own) == before
    assert value_in(own, "a = 2") == 2


def test_a_process_that_cannot_be_copied_is_said_to_be_so() -> None:
    deaf = (
        "hear_all = lambda: socket.recv_fds(control, 1 << 16, 4)\n"
        "while (got := hear_all())[0]:\n"
        "    print('no room', file=sys.stderr, flush=True)\n"
        "    for fd in got[1]: os.close(fd)\n"
    )
    process = WarmProcess(starting(READY % (1, []) + deaf))
    with pytest.raises(GraderFault, match="cannot be copied: no room"):
        WarmProcess(process.double)
    process.close()


def test_a_process_that_stays_is_told_from_one_that_ends() -> None:
    stays = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = DoubleProcess(stays.pid)
    assert process.runs
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.0)
    process.kill()
    assert process.wait(warm.KILL_S) == 0
    assert not process.runs
    process.kill()
    stays.communicate()
    with pytest.raises(ProcessLookupError):
        DoubleProcess(stays.pid)


def introduced(send: Callable[[socket.socket], None]) -> int | None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        send(theirs)
        theirs.close()
        return sender_of(ours, LONG_S)


def test_the_kernel_says_who_introduces_itself() -> None:
    assert introduced(lambda theirs: theirs.sendall(b"x")) == os.getpid()
    assert introduced(lambda _: None) is None
