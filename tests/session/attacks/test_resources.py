"""Floods: processes, threads, memory, files, output. Each has a bound, a status, and no effect on
others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from gradeprop.session.interface import Call, Returned, Sandbox, Stopped
from gradeprop.session.isolation.supervisor import processes_below
from session.patience import SHORT_S

from .conftest import LIMITS, Attack

MIB = 1 << 20
# A flood that meets no other limit goes on for so long.
FLOOD_S = 4.0


@contextmanager
def watching(sandbox: Sandbox) -> Iterator[dict[str, float]]:
    """The most memory and disk (MiB) that the machine lost, and processes that the sandbox had."""
    lost = {"memory": 0.0, "disk": 0.0, "processes": 0.0}
    warm = sandbox.warm()  # type: ignore[attr-defined]
    ended = threading.Event()

    def memory() -> float:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) / 1024
        raise AssertionError

    def disk() -> float:
        return shutil.disk_usage("/tmp").free / MIB

    before = memory(), disk()

    def look() -> None:
        while not ended.wait(0.05):
            lost["memory"] = max(lost["memory"], before[0] - memory())
            lost["disk"] = max(lost["disk"], before[1] - disk())
            lost["processes"] = max(lost["processes"], len(processes_below(warm._process.pid)))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield lost
    finally:
        ended.set()
        watcher.join()


PROCESSES = {
    "fork": """
        import os, time
        while True:
            try:
                if os.fork() == 0: time.sleep(60)
            except OSError: pass
    """,
    "fork of forks": """
        import os
        while True:
            try: os.fork()
            except OSError: pass
    """,
    "threads": """
        import threading, time
        while True:
            try: threading.Thread(target=time.sleep, args=(60,)).start()
            except RuntimeError: pass
    """,
    "programs": """
        import subprocess
        while True:
            try: subprocess.Popen(['sleep', '60'])
            except OSError: pass
    """,
    "shell": "!bomb() { bomb | bomb & }; bomb; sleep 60",
}


@pytest.mark.slow
@pytest.mark.parametrize("flood", PROCESSES.values(), ids=PROCESSES)
def test_a_flood_of_processes_is_bounded(fortress: Sandbox, beside: Attack, flood: str) -> None:
    with watching(fortress) as lost, fortress.open(limits=LIMITS, seed=1) as session:
        attack = Attack(session)
        attack.run("x = 1")
        outcome = attack.run(dedent(flood), seconds=FLOOD_S)
        assert outcome.status in ("timeout", "killed", "error", "memory", "ok")
        assert beside.works
        session.close()
    # The victim's, bubblewrap's and the warm process come on top.
    assert lost["processes"] < LIMITS.processes + 12, lost
    with fortress.open(limits=LIMITS, seed=1) as session:
        assert Attack(session).works


MEMORY = {
    "bytes": "data = []\nwhile True: data.append(bytearray(10 << 20))",
    "tensors": "import torch\ndata = []\nwhile True: data.append(torch.ones(10 << 18))",
    "list": "x = [0]\nwhile True: x = x * 2",
    "string": "x = 'a' * (1 << 40)",
    "shared": """
        import mmap
        data = []
        while True:
            m = mmap.mmap(-1, 64 << 20)
            m.write(bytes(64 << 20))
            data.append(m)
    """,
    "many": """
        import os, time
        for _ in range(8):
            try: child = os.fork()
            except OSError: break
            if child == 0:
                data = bytearray(400 << 20)
                time.sleep(3)
                os._exit(0)
        time.sleep(3)
    """,
    "memfd": """
        import ctypes, os
        file = ctypes.CDLL(None).memfd_create(b'x', 0)
        while file >= 0: os.write(file, bytes(1 << 20))
    """,
    "pipes": """
        import os
        ends = []
        while True:
            try: ends.append(os.pipe())
            except OSError: break
        for _, w in ends:
            os.set_blocking(w, False)
            os.write(w, bytes(1 << 20))
    """,
    "sysv": """
        import ctypes
        libc = ctypes.CDLL(None)
        assert max(libc.shmget(0, ctypes.c_size_t(64 << 20), 0o1600) for _ in range(32)) < 0
    """,
}


@pytest.mark.slow
@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize("flood", MEMORY.values(), ids=MEMORY)
def test_a_flood_of_memory_is_bounded(fortress: Sandbox, flood: str) -> None:
    with watching(fortress) as lost, fortress.open(limits=LIMITS, seed=1) as session:
        attack = Attack(session)
        attack.run("kept = 1")
        outcome = attack.run(dedent(flood), seconds=FLOOD_S)
        assert outcome.status in ("memory", "error", "killed", "timeout", "ok"), outcome
        assert attack.value("kept") == 1
        session.close()
    # One submission's memory, three helpers' where no control group bounds the sum, and what else
    # happens on the machine meanwhile.
    assert lost["memory"] < 4 * LIMITS.memory_mb + 1024, lost


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return bytearray(1 << 34)", "memory"),
        ("import torch; return torch.ones(2**33)", "memory"),
        ("import torch; return torch.ones(1).expand(2**33)", "output"),
        ("import torch; return torch.ones(2 << 20)", "output"),
        ("return 'x' * (8 << 20)", "output"),
        ("return [0] * 10_000_000", "output"),
        ("data = []\n    while True: data.append(bytearray(10 << 20))", "memory"),
    ],
)
@pytest.mark.usefixtures("asked")
def test_a_flood_in_an_answer_stops_one_check(attack: Attack, body: str, reason: str) -> None:
    attack.run(f"x = 1\ndef f():\n    {body}")
    attack.run("def deep():\n    a = []\n    for _ in range(10**5): a = [a]\n    return a")
    outcome = attack.call("f")
    assert isinstance(outcome, Stopped), outcome
    assert outcome.reason == reason
    assert isinstance(attack.call("deep"), Returned)
    assert attack.value("x") == 1


FILES = {
    "files": "n = 0\nwhile True:\n    open(f'f{n}', 'wb').write(bytes(8 << 20))\n    n += 1",
    "one file": "f = open('one', 'wb')\nwhile True: f.write(bytes(8 << 20)); f.flush()",
    "shared": "n = 0\nwhile True:\n    open(f'/dev/shm/f{n}', 'wb').write(bytes(8 << 20))\n    n += 1",
    "inodes": "n = 0\nwhile True:\n    open(f'f{n}', 'w').close()\n    n += 1",
    "folders": "import os\nn = 0\nwhile True:\n    os.mkdir(f'd{n}')\n    n += 1",
    "removed": """
        import os
        kept = []
        while True:
            f = open('x', 'wb')
            f.write(bytes(8 << 20))
            kept.append(f)
            os.remove('x')
    """,
    "links": "import os\nopen('a', 'w').close()\nn = 0\nwhile True:\n    os.link('a', f'l{n}')\n    n += 1",
    "stdout": "import os\nwhile True:\n    os.write(1, bytes(1 << 20))",
    "mapped": """
        import os, mmap
        data = []
        while True:
            f = open('x', 'wb+')
            f.write(bytes(8 << 20))
            f.flush()
            data.append(mmap.mmap(f.fileno(), 0, prot=1))
            f.close()
            os.remove('x')
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("flood", FILES.values(), ids=FILES)
def test_a_flood_of_files_is_bounded(fortress: Sandbox, flood: str) -> None:
    with watching(fortress) as lost, fortress.open(limits=LIMITS, seed=1) as session:
        attack = Attack(session)
        outcome = attack.run(dedent(flood), seconds=FLOOD_S)
        assert outcome.status in ("error", "timeout", "killed", "memory"), outcome
        assert attack.run("y = 1").status == "ok"
        session.close()
    if fortress.level == "full":
        assert lost["disk"] < 64, lost
    assert lost["disk"] < 5000, lost


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param("for _ in range(10**6): print('x' * 100)", marks=pytest.mark.slow),
        "print('x' * 10**8)",
        "import sys\nfor _ in range(10**5): print('o'); print('e', file=sys.stderr)",
        "from IPython.display import display\nfor n in range(10**4): display('x' * 1000)",
        "from IPython.display import display, HTML\ndisplay(HTML('x' * 10**8))",
        "from IPython.display import display\nh = display('x', display_id=True)\n"
        "for n in range(10**4): h.update('y' * 1000)",
        "raise ValueError('x' * 10**8)",
        "class D:\n    def _repr_html_(self): return 'x' * 10**8\nD()",
        "d = []\nfor _ in range(10**4): d = [d]\ndisplay({'application/json': d}, raw=True)",
        "!yes | head -c 50000000",
        "def r(n): return r(n + 1)\nr(0)",
    ],
    ids=range(11),
)
def test_a_flood_of_output_is_cut(attack: Attack, flood: str) -> None:
    outcome = attack.run(flood)
    assert outcome.status in ("ok", "output", "error", "timeout"), outcome
    assert len(repr(outcome.outputs)) < 3 * (LIMITS.output_kb_cell << 10) + 100_000
    assert attack.works


def test_all_output_together_has_a_limit(attack: Attack) -> None:
    kept = 0
    statuses = set()
    for _ in range(12):
        outcome = attack.run("print('x' * 60_000)")
        statuses.add(outcome.status)
        kept += len(repr(outcome.outputs))
    assert statuses == {"ok", "output"}
    assert kept < (LIMITS.output_kb_total << 10) + 20_000
    assert attack.works


PATCHED_RECORDER = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "OutputLog":
        thing.cell_bytes = thing.total_left = 1 << 40
print("x" * (3 << 20))
"""


def test_a_recorder_that_keeps_everything_is_kept_in_bounds_by_the_grader(attack: Attack) -> None:
    outcomes = [attack.run(PATCHED_RECORDER) for _ in range(8)]
    assert sum(len(repr(outcome.outputs)) for outcome in outcomes) < 3 * (
        LIMITS.output_kb_total << 10
    )
    assert "is cut" in outcomes[-1].outputs[-1]["text"]
    assert outcomes[-1].status == "output"


BIG_ANSWERS = "import torch\nx = torch.ones(900_000)\ndef f(): return x"


def test_all_answers_together_have_a_limit(attack: Attack) -> None:
    attack.run(BIG_ANSWERS)
    asks = [Call("f") for _ in range(10)]
    outcomes = [outcome for _ in range(3) for outcome in attack.ask([*asks])]
    assert isinstance(outcomes[0], Returned)
    last = outcomes[-1]
    assert isinstance(last, Stopped)
    assert last.reason == "output"
    assert "together" in last.message


@pytest.mark.slow
def test_the_whole_session_has_a_wall_clock(fortress: Sandbox) -> None:
    limits = replace(LIMITS, total_s=2 * SHORT_S)
    with fortress.open(limits=limits, seed=1) as session:
        attack = Attack(session)
        attack.run("def f():\n    import time; time.sleep(600)")
        answer = attack.call("f", seconds=SHORT_S)
        cells = [attack.run("import time; time.sleep(600)", seconds=SHORT_S) for _ in range(5)]
        last = attack.call("f", seconds=SHORT_S)
    assert isinstance(answer, Stopped)
    assert {cell.status for cell in cells} == {"timeout"}
    assert "whole notebook" in (cells[-1].message or "")
    assert isinstance(last, Stopped)
    assert "whole notebook" in last.message
