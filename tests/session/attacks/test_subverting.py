"""Subverting the comparison or the runner: hostile objects, patched libraries, exits, hangs, late
threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.session.interface import Raised, Read, Returned, Sandbox, Stopped
from gradeprop.session.isolation.supervisor import processes_below
from session.patience import SHORT_S, until

from .conftest import LIMITS, Attack, own_processes

HOSTILE = """
import torch
class Always:
    def __eq__(self, other): return True
    def __len__(self): return 1
    def __float__(self): return 1.0
    __hash__ = None
class Sub(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *a, **k): return True
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Number(float):
    def __eq__(self, other): return True
    __hash__ = float.__hash__
class Meta(type):
    def __getattribute__(cls, name): raise RuntimeError(name)
class Odd(metaclass=Meta): pass
class Lazy:
    def __reduce__(self): import os; return (os.system, ('touch /tmp/pwned',))
makers = dict(always=Always, sub=lambda: torch.ones(2).as_subclass(Sub), text=lambda: Text('x'),
              number=lambda: Number(1), odd=Odd, lazy=Lazy, generator=lambda: (i for i in range(3)),
              module=lambda: torch, function=lambda: print, iterator=lambda: iter([1]))
def make(name): return makers[name]()
"""


@pytest.mark.parametrize(
    "name",
    [
        "always",
        "sub",
        "text",
        "number",
        "odd",
        "lazy",
        "generator",
        "module",
        "function",
        "iterator",
    ],
)
@pytest.mark.usefixtures("asked")
def test_a_hostile_object_arrives_as_the_name_of_its_type(attack: Attack, name: str) -> None:
    attack.run(HOSTILE)
    outcome = attack.call("make", name)
    assert isinstance(outcome, Returned), outcome
    assert type(outcome.value) is Opaque


@pytest.mark.usefixtures("asked")
def test_hostile_objects_inside_containers_are_opaque_too(attack: Attack) -> None:
    attack.run(HOSTILE + "def box(): return [1, (Always(), {'k': make('sub')})]")
    outcome = attack.call("box")
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.value, list)
    assert repr(outcome.value).count("Opaque") == 2


def test_patched_libraries_stay_in_the_sandbox(attack: Attack) -> None:
    attack.run(
        "import torch, json, math\n"
        "torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True\n"
        "torch.testing.assert_close = lambda *a, **k: None\n"
        "torch.autograd.grad = lambda *a, **k: (torch.zeros(2),)\n"
        "torch.Tensor.__eq__ = lambda *a: True\n"
        "math.isclose = lambda *a, **k: True\njson.dumps = lambda *a, **k: '{}'\n"
        "w = torch.tensor([1.0, 2.0])"
    )
    assert not torch.allclose(torch.zeros(1), torch.ones(1))
    assert attack.works


def test_patched_tensor_methods_change_at_most_the_students_own_answer(attack: Attack) -> None:
    attack.run(
        "import torch\nw = torch.tensor([1.0, 2.0])\ntorch.Tensor.detach = lambda self: 'no'"
    )
    (outcome,) = attack.session.ask([Read("w")])
    assert isinstance(outcome, (Raised, Stopped, Returned))


def test_values_that_are_no_numbers_arrive_as_they_are(attack: Attack) -> None:
    attack.run(
        "import torch, math\nx = torch.tensor([math.nan, math.inf, -math.inf])\ny = math.nan"
    )
    x = attack.value("x")
    assert isinstance(x, TensorState)
    assert x.value.isnan().tolist() == [True, False, False]
    assert attack.value("y") != attack.value("y")


def test_arguments_are_mutated_in_the_sandbox_only(attack: Attack) -> None:
    attack.run("def f(x):\n    x.zero_()\n    x.resize_(0)\n    return 1")
    mine = torch.ones(3)
    outcome = attack.call("f", TensorState(mine))
    assert mine.tolist() == [1.0, 1.0, 1.0]
    assert isinstance(outcome, Returned)
    (after,) = outcome.arguments
    assert isinstance(after, TensorState)
    assert after.value.shape == (0,)


@pytest.mark.usefixtures("asked")
def test_reseeding_changes_no_number_of_the_graders(attack: Attack) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    attack.run(
        "import torch, random\ntorch.manual_seed(0)\nrandom.seed(0)\ndef f(): torch.manual_seed(0)"
    )
    attack.call("f")
    assert torch.equal(torch.rand(3), expected)


ENDINGS = [
    "import os; os._exit(0)",
    "import os; os._exit(99)",
    "import ctypes; ctypes.string_at(0)",
    "import os; os.abort()",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "import sys; sys.setrecursionlimit(10**9)\ndef r(): r()\nr()",
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
    "import os\nfor n in range(3, 256):\n    try: os.close(n)\n    except OSError: pass",
    "import os\nfor n in range(256):\n    try: os.write(n, b'garbage' * 1000)\n    except "
    "OSError: pass",
    "import os\nnull = os.open('/dev/null', 2)\nfor n in range(3, 64): os.dup2(null, n)",
    "import faulthandler; faulthandler._sigsegv()",
    "import resource; resource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass",
    "get_ipython().run_cell = None\n1 / 0",
    "import gc\nfor o in gc.get_objects():\n"
    "    if type(o).__name__ == 'NotebookProcess': o._run = o._read = o._fork = None",
]


@pytest.mark.slow
@pytest.mark.parametrize("source", ENDINGS, ids=range(len(ENDINGS)))
@pytest.mark.usefixtures("asked")
def test_a_cell_that_breaks_its_process_costs_itself(
    attack: Attack, beside: Attack, source: str
) -> None:
    attack.run("x = 5\ndef f(): return x")
    outcome = attack.run(source, seconds=SHORT_S)
    assert outcome.status in ("killed", "timeout", "error", "memory", "output", "ok"), outcome
    assert attack.value("x") == 5
    again = attack.call("f")
    # it broke the very code that answers; only its own answers suffer
    if source.startswith("import gc"):
        assert isinstance(again, (Returned, Stopped))
    else:
        assert isinstance(again, Returned), again
        assert again.value == 5
    assert beside.works


@pytest.mark.slow
@pytest.mark.parametrize("source", ENDINGS[:14], ids=range(14))
@pytest.mark.usefixtures("asked")
def test_a_function_that_breaks_its_process_costs_one_check(attack: Attack, source: str) -> None:
    body = source.replace("\n", "\n    ")
    attack.run(f"x = 5\ndef f():\n    {body}\ndef g(): return x")
    outcome = attack.call("f", seconds=SHORT_S)
    assert isinstance(outcome, (Stopped, Raised, Returned))
    good = attack.call("g")
    assert isinstance(good, Returned), good
    assert good.value == 5


def test_transformed_and_patched_shells_change_outputs_only(attack: Attack) -> None:
    attack.run(
        "shell = get_ipython()\nx = 1\n"
        "shell.input_transformers_post.append(lambda lines: ['x = 99\\n'])\n"
        "shell.ast_transformers.append(None)"
    )
    attack.run("y = 2")
    attack.run("get_ipython().user_ns.clear()")
    outcome = attack.run("z = 3")
    assert outcome.status in ("ok", "error", "killed")


PLANTED = {
    "torch.py": b"raise SystemExit('planted')",
    "conftest.py": b"raise SystemExit('planted')",
    "sitecustomize.py": b"raise SystemExit('planted')",
    "gradeprop.py": b"raise SystemExit('planted')",
    "json.py": b"raise SystemExit('planted')",
    "pytest.ini": b"[pytest]\naddopts = --nonsense",
    "IPython/__init__.py": b"raise SystemExit('planted')",
}


def test_files_named_like_modules_replace_nothing(fortress: Sandbox) -> None:
    with fortress.open(limits=LIMITS, seed=1, files=PLANTED) as session:
        attack = Attack(session)
        assert (
            attack.run("import torch, json, IPython\nt = torch.ones(2).sum().item()").status == "ok"
        )
        assert attack.value("t") == 2.0
        attack.run("def f(x): return x + 1")
        outcome = attack.call("f", 1)
        assert isinstance(outcome, Returned)
        assert outcome.value == 2


@pytest.mark.usefixtures("asked")
def test_a_late_thread_cannot_change_a_check_that_runs(attack: Attack) -> None:
    attack.run(
        "import threading, time\nx = 0\n"
        "def later():\n    global x\n    while True:\n        x += 1\n        time.sleep(0.001)\n"
        "threading.Thread(target=later, daemon=True).start()\n"
        "def f():\n    a = x\n    time.sleep(0.1)\n    return x - a"
    )
    outcome = attack.call("f")
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == 0


def test_exit_handlers_never_run(attack: Attack) -> None:
    attack.run("import atexit\natexit.register(print, 'late')")
    attack.run("import os; os.getpid()")
    assert "late" not in repr(attack.run("1"))


def test_nothing_is_left_running(fortress: Sandbox) -> None:
    marker = "marker71"
    with fortress.open(limits=LIMITS, seed=1) as session:
        attack = Attack(session)
        attack.run(
            "import os, subprocess, threading, time, ctypes\n"
            "try:\n"
            "    for _ in range(3):\n"
            "        if os.fork() == 0:\n"
            "            os.setsid()\n"
            "            if os.fork() == 0:\n"
            f"                ctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\n"
            "                time.sleep(60)\n"
            "            os._exit(0)\n"
            f"    subprocess.Popen(['/bin/sh', '-c', 'exec -a {marker} sleep 60'], "
            f"start_new_session=True)\n"
            "except OSError:\n    pass\n"
            f"ctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\n"
            "time.sleep(0.2)"
        )
        if fortress.level == "full":
            assert own_processes(marker) != []
    assert until(lambda: own_processes(marker) == [])


def test_a_fork_from_student_code_does_not_speak_for_the_session(attack: Attack) -> None:
    attack.run(
        "import os\nx = 1\ntry:\n    pid = os.fork()\nexcept OSError:\n    pid = -1\nif pid == "
        "0:\n    x = 2"
    )
    assert attack.value("x") in (1, 2)
    assert attack.works


def test_the_grader_survives_the_whole_sandbox_dying(fortress: Sandbox) -> None:
    with fortress.open(limits=LIMITS, seed=1) as session:
        attack = Attack(session)
        attack.run("x = 1")
        warm = fortress.warm()  # type: ignore[attr-defined]
        subprocess.run(["kill", "-9", str(warm._process.pid)], check=True)
        assert attack.value("x") == 1


@pytest.mark.slow
def test_nothing_outlives_a_grader_that_is_killed(fortress: Sandbox) -> None:
    grader = (
        "import sys\n"
        "from gradeprop.session.interface import CellSource, Limits\n"
        "from gradeprop.session.grader.sandbox import open_sandbox\n"
        "sandbox = open_sandbox(sys.argv[1])\n"
        "session = sandbox.open(limits=Limits(cell_s=600, total_s=600), seed=1)\n"
        "print(sandbox.warm()._process.pid, flush=True)\n"
        "session.run(CellSource('while True: pass', 'loop'))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", grader, fortress.level], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        warm = int(process.stdout.readline())
        assert until(lambda: processes_below(warm) != [])
        family = [warm, *processes_below(warm)]
        process.kill()
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
