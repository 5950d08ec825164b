from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gradeprop.session.isolation.supervisor import _CLONE_THREAD, Supervisor, processes_below
from session.patience import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
SIGCHLD = 17


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A process with two children."""
    parent = subprocess.Popen(["/bin/sh", "-c", "sleep 600 & sleep 600 & wait"])
    assert until(lambda: len(processes_below(parent.pid)) == 2)
    yield parent
    for pid in (*processes_below(parent.pid), parent.pid):
        os.kill(pid, 9)
    parent.wait()


def supervisor(pid: int = 0, **numbers: int) -> Supervisor:
    given = {"tasks": 100, "processes": 0, "files": 2, "forks": 0} | numbers
    return Supervisor(listener=-1, pid=pid or os.getpid(), **given)


def test_a_fork_is_allowed_once_for_each_that_the_grader_wishes() -> None:
    held = supervisor(forks=1)
    assert [held._refused("clone", SIGCHLD) for _ in range(2)] == [0, errno.EPERM]
    assert supervisor()._refused("fork", 0) == errno.EPERM


def test_student_code_may_start_as_many_processes_as_are_spare(
    family: subprocess.Popen[bytes],
) -> None:
    assert supervisor(family.pid, processes=2)._refused("fork", 0) == 0
    assert supervisor(family.pid, processes=1)._refused("fork", 0) == errno.EAGAIN


def test_processes_and_threads_count_together(family: subprocess.Popen[bytes]) -> None:
    assert supervisor(family.pid, tasks=4)._refused("clone", _CLONE_THREAD) == 0
    assert supervisor(family.pid, tasks=3)._refused("clone", _CLONE_THREAD) == errno.EAGAIN
    assert supervisor(family.pid, tasks=3, processes=9)._refused("fork", 0) == errno.EAGAIN


def test_files_are_counted_down() -> None:
    held = supervisor(files=2)
    assert [held._refused("file", 0) for _ in range(3)] == [0, 0, errno.EDQUOT]


def test_unknown_calls_are_taken_for_forks() -> None:
    assert supervisor()._refused("", 0) == errno.EPERM


def test_processes_below_are_found_at_every_depth() -> None:
    top = subprocess.Popen(
        ["/bin/sh", "-c", "/bin/sh -c '/bin/sh -c \"sleep 600; true\"; true'; true"]
    )
    assert until(lambda: len(processes_below(top.pid)) == 3)
    found = processes_below(top.pid)
    for pid in (*found, top.pid):
        os.kill(pid, 9)
    top.wait()
    assert processes_below(top.pid) == []
