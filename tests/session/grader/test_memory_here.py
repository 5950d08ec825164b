"""Memory that runs out around a sandbox, not in it: a machine, a container or a job that has less
than a submission may take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradeprop.errors import GraderFault
from gradeprop.session.grader.counting import Counting
from gradeprop.session.grader.sandbox import ProcessSandbox, open_sandbox
from gradeprop.session.isolation.control_group import ControlGroup, control_group
from gradeprop.session.isolation.survey import Isolation
from session.grader.dialogue import run
from session.patience import GENEROUS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

_INSIDE = """
import sys
from gradeprop.errors import GraderFault
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import CellSource, Limits

def run(session, source):
    try:
        outcome = session.run(CellSource(source, "cell", None))
        print(outcome.status, outcome.message)
    except GraderFault as fault:
        print("fault", fault)

if __name__ == "__main__":
    with open_sandbox(sys.argv[1]) as sandbox:
        with sandbox.open(limits=Limits(memory_mb=4096, cell_s=60), seed=1) as session:
            run(session, "big = bytearray(b'x') * (1500 << 20)")
        with sandbox.open(limits=Limits(), seed=1) as session:
            run(session, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
            run(session, "x = 1")
"""


@pytest.fixture
def small_job() -> Iterator[ControlGroup]:
    try:
        made = control_group()
    except OSError as error:
        pytest.skip(f"control groups cannot be made here: {error}")
    made.limit(1000, 200)
    yield made
    made.remove()


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["none", "auto"])
def test_memory_that_runs_out_around_it_is_no_students_fault(
    small_job: ControlGroup, isolation: Isolation
) -> None:
    """Without a control group of its own, and with one in the job's."""
    joining = "".join(f"open({path!r}, 'w').write('0')\n" for path in small_job.procs)
    done = subprocess.run(
        [sys.executable, "-c", joining + _INSIDE, isolation],
        capture_output=True,
        text=True,
        check=False,
    )
    short, killed, going_on = done.stdout.splitlines()
    assert short.startswith("fault the kernel killed a process of this submission"), done.stderr
    # At `full` it is the first process of its own namespace, which cannot kill itself.
    assert killed in ("ok None", "killed your code crashed its process by being killed")
    assert killed.startswith("killed") or isolation == "auto"
    assert going_on == "ok None"


class Counted(ControlGroup):
    """A group that tells what a test says."""

    killed = hits = 0

    def note_baseline(self) -> None: ...

    def limit(self, memory_mb: int, processes: int) -> None: ...

    def remove(self) -> None: ...

    def kills(self) -> int:
        return self.killed

    def limit_hits(self) -> int:
        return self.hits


@pytest.mark.parametrize(("kills", "told"), [(1, "fault"), (0, "killed your code crashed")])
def test_what_an_earlier_submission_met_unheard_is_not_the_next_ones(
    tmp_path: Path, kills: int, told: str
) -> None:
    """The earlier one's `!cmd` met the group's own limit, of which nobody was told then."""
    group = Counted(tmp_path, tmp_path, 2)
    with open_sandbox("none") as sandbox:
        assert isinstance(sandbox, ProcessSandbox)
        sandbox._counting = Counting(group=group)
        with sandbox.open(limits=GENEROUS, seed=1):
            group.killed, group.hits = 1, 1
        with sandbox.open(limits=GENEROUS, seed=1) as session:
            group.killed += kills
            try:
                outcome = run(session, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
                said = f"{outcome.status} {outcome.message}"
            except GraderFault as fault:
                said = f"fault {fault}"
    assert said.startswith(told)
