"""A process that grades ends when it is told to, wherever it is, and with the one that started
it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, replaced, write_course
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.watched import Watched
from gradeprop.grading.run.worker import READY, Batch, work
from grading.conftest import KEY, Classroom

# Of a hidden check: it is not run before there is a student.
ENDS_ITSELF = """\
def test_matches_autograd(student, reference, device):
    import os, signal
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_sigterm_while_a_check_runs_ends_a_worker_without_a_word(
    tmp_path: Path, sandbox: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    head = "def test_matches_autograd(student, reference, device):\n"
    changes = replaced(GRADER, head, ENDS_ITSELF)
    classroom = Classroom(write_course(tmp_path, changes), sandbox)
    plan = Plan(classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "none")
    worker = Watched(work, plan.facilities, method="spawn")
    capfd.readouterr()
    assert worker.pipe.recv() == READY
    worker.pipe.send(plan)
    worker.pipe.send(Batch((Submission("ada", classroom.notebook()),)))
    with pytest.raises(EOFError):
        worker.pipe.recv()
    worker.process.join()
    assert worker.process.exitcode == 128 + signal.SIGTERM
    worker.close()
    assert capfd.readouterr() == ("", "")


ABANDON = """
import multiprocessing, os, signal, sys, time
from gradeprop.grading.run import worker

def stuck(deaf):
    # As one that is deep in a C library, where no signal of Python's is heard.
    worker._GRACE_S = 0.1
    signal.signal(signal.SIGTERM, signal.SIG_IGN if deaf else worker._leave)
    worker.threading.Thread(target=worker._end_with_parent, daemon=True).start()
    try:
        print("stuck", flush=True)
        time.sleep(1000)
    except KeyboardInterrupt:
        print("left", flush=True)

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    context.Process(target=stuck, args=(len(sys.argv) > 1,)).start()
    sys.stdin.read()
"""


@pytest.mark.parametrize("deaf", [False, True])
def test_a_worker_does_not_outlive_a_parent_that_is_killed(tmp_path: Path, deaf: bool) -> None:
    """Its output ends when the last process that has it does."""
    program = tmp_path / "abandon.py"
    program.write_text(ABANDON)
    with subprocess.Popen(
        [sys.executable, program, *(["deaf"] if deaf else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "stuck\n"
        parent.kill()
        assert parent.stdout.read() == ("" if deaf else "left\n")
