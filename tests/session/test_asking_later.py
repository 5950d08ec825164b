"""What is asked about a place after the last cell: at the place, as if it had been asked there; of
the notebook as it then is, by the objects that were there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.session.grader.sandbox import ProcessSandbox
from gradeprop.session.interface import (
    Ask,
    Bound,
    Call,
    CellSource,
    Code,
    Outcome,
    Place,
    Raised,
    Read,
    ReadAll,
    Returned,
    Run,
    Sandbox,
    Session,
    Stopped,
)
from session.patience import GENEROUS, SHORT_S

F, G, W = Call("f"), Call("g"), Read("w")
TWICE = Code("twice", "def twice(f): return f(), f()\n")
F_TWICE, F_AND_W = Run(TWICE, (Bound("f"),)), ReadAll(("w", "f"))

# Cells of a notebook; after each one the checks in the same place of the second list.
NOTEBOOKS: dict[str, tuple[list[str], list[list[list[Ask]]]]] = {
    "names bound anew": (
        ["w = 1\ndef f(): return w", "w = 2\ndef f(): return w + 10", "del w, f"],
        [[[W], [F]], [[F], [F, W]], [[F, W]]],
    ),
    "a tensor changed in place": (
        [
            "import torch\nw = torch.ones(2, requires_grad=True)\ndef f(): return w * 2",
            "(w**2).sum().backward()\ndef g(): return w.grad",
            "with torch.no_grad(): w -= 0.5 * w.grad",
        ],
        [[[F, W]], [[F, G], [W]], [[F, G, W]]],
    ),
    "runs of the grader's own code": (
        [
            "log = []\nw = 1\ndef f():\n    log.append(1)\n    return len(log)",
            "log.append(5)",
            "def f(): return -1",
        ],
        [[[F_TWICE, F], [F_AND_W]], [[F_TWICE], [F]], [[F_TWICE], [F_AND_W, W]]],
    ),
    "calls that leave traces": (
        [
            "log = []\ndef f():\n    log.append(1)\n    return len(log)\ndef g(): return len(log)",
            "log.append(5)",
        ],
        [[[F, F], [F], [G]], [[F], [G]]],
    ),
    "random numbers": (
        [
            "import torch, random\ndef f(): return torch.rand(1).item(), random.random()",
            "x = f()\nw = x",
        ],
        [[[F], [F, F]], [[F], [W]]],
    ),
    "what cannot be seen through": (
        ["stream = iter(range(9))\ndef f(): return next(stream)", "w = next(stream)"],
        [[[F], [F, F]], [[F, W]]],
    ),
    "a thread that goes on": (
        [
            "w = 0\ndef f(): return w",
            "import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()",
        ],
        [[[F], [W]], [[F], [W]]],
    ),
    "a library changed": (
        [
            "import torch\ndef f(): return torch.exp(torch.zeros(1)).item()",
            "torch.exp = torch.sin",
            "torch.set_default_dtype(torch.float64)\ndef g(): return torch.ones(1)",
        ],
        [[[F]], [[F]], [[F, G]]],
    ),
    "what is large, deleted to make room": (
        [
            "import torch\nlarge = torch.ones(150 << 20)\ndef f(): return large[:2]",
            "del large\nmore = torch.ones(150 << 20)\nw = 1",
        ],
        [[[F]], [[F], [W]]],
    ),
    "files": (
        [
            "def f():\n    import os\n    return sorted(os.listdir())",
            "open('a.txt', 'w').write('1')",
        ],
        [[[F], [F]], [[F]]],
    ),
    "a module of the student's": (
        [
            "open('helper.py', 'w').write('n = [0]\\ndef step():\\n    n[0] += 1\\n    return "
            "n[0]')\n"
            "import helper\ndef f(): return helper.step()",
            "helper.step()",
        ],
        [[[F], [F, F]], [[F]]],
    ),
    "errors": (
        ["def f(): return 1 / 0\nraise ValueError", "def f(): return undefined", "w = 1"],
        [[[F], [W]], [[F]], [[F], [W]]],
    ),
    "calls that end the process": (
        ["import os, ctypes\nw = 1\ndef f(): os._exit(7)\ndef g(): ctypes.string_at(0)", "w = 2"],
        [[[W, F], [W], [G]], [[F, W], [W]]],
    ),
    "a call that forks": (
        ["import os\nw = 1\ndef f():\n    return 5 if os.fork() else 6", "w = 2"],
        [[[W, F], [W]], [[F, W]]],
    ),
    "calls that leave": (
        ["import sys\ndef f(): sys.exit(3)\ndef g(): raise KeyboardInterrupt", "w = 1"],
        [[[F, G], [F]], [[G, W]]],
    ),
    "too much": (
        [
            "import torch\nw = 1\ndef f(): return torch.ones(10**10)",
            "def g(): return torch.ones(1).expand(2**33)",
            "w = 2",
        ],
        [[[W, F], [W]], [[W, G], [W]], [[F, G], [W]]],
    ),
    "a cell that ends the process": (
        ["w = 1\ndef f(): return w", "w = 2\nimport os\nos._exit(3)", "w = w + 5"],
        [[[F], [W]], [[F], [W]], [[F, W]]],
    ),
}


def plain(outcomes: list[Outcome]) -> list[object]:
    """In a form that can be compared."""
    return [
        repr(outcome.value)
        if isinstance(outcome, Returned)
        else outcome  # tensors have no truth value
        for outcome in outcomes
    ]


def asked_there(sandbox: Sandbox, name: str) -> list[list[list[object]]]:
    """What a notebook's checks give when each is asked before the next cell runs."""
    cells, checks = NOTEBOOKS[name]
    answers = []
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        for cell, asked in zip(cells, checks, strict=True):
            session.run(CellSource(cell, "cell"))
            answers.append([plain(session.ask(asks)) for asks in asked])
    return answers


def asked_later(session: Session, name: str) -> list[list[list[object]]]:
    """What they give when all cells have run before the first is asked."""
    cells, checks = NOTEBOOKS[name]
    places = []
    for cell in cells:
        session.run(CellSource(cell, "cell"))
        places.append(session.mark())
    return [
        [plain(session.ask(asks, at=place)) for asks in asked]
        for place, asked in zip(places, checks, strict=True)
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_later_is_as_there(sandbox: Sandbox, name: str) -> None:
    expected = asked_there(sandbox, name)
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        assert asked_later(session, name) == expected
        first = NOTEBOOKS[name][1][0][0]
        assert plain(session.ask(first, at=Place(0))) == expected[0][0]  # in another order, too


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import time; time.sleep(600)",
        "while True:\n        try: f()\n        except BaseException: pass",
    ],
)
def test_a_call_that_hangs_costs_only_itself(session: Session, body: str) -> None:
    session.run(CellSource(f"x = 4\ndef fine(): return x\ndef f():\n    {body}", "cell"))
    place = session.mark()
    session.run(CellSource("x = 5", "cell"))
    asks = [Call("fine"), F, Call("fine")]
    before, stopped, after = session.ask(asks, at=place, seconds=SHORT_S)
    assert isinstance(before, Returned)
    assert isinstance(stopped, Stopped)
    assert stopped.reason == "timeout"
    assert stopped.message == "`f` did not finish in 3 s: does a loop never end?"
    assert after == stopped
    (fine,) = session.ask([Call("fine")], at=place)
    assert isinstance(fine, Returned)
    assert fine.value == 4


def test_cells_that_run_after_asking_see_nothing_of_it(session: Session) -> None:
    session.run(
        CellSource("log = []\ndef f(x):\n    log.append(x)\n    print(x)\n    return x", "cell")
    )
    place = session.mark()
    session.ask([Call("f", ("hidden",))], at=place)
    outcome = session.run(CellSource("log", "cell"))
    assert outcome.outputs[0]["data"] == {"text/plain": "[]"}
    assert len(outcome.outputs) == 1
    (here,) = session.ask([Read("log")])
    assert isinstance(here, Returned)
    assert here.value == []


def test_arguments_and_machinery_come_back(session: Session) -> None:
    session.run(CellSource("def f(x):\n    (x**2).sum().backward()\n    return x.grad", "cell"))
    place = session.mark()
    state = TensorState(torch.ones(2), requires_grad=True)
    (outcome,) = session.ask([Call("f", (state,))], at=place)
    assert isinstance(outcome, Returned)
    assert outcome.used == {"autograd"}
    (argument,) = outcome.arguments
    assert isinstance(argument, TensorState)
    assert argument.grad is not None
    assert argument.grad.tolist() == [2.0, 2.0]


def test_exceptions_name_the_students_own_line(session: Session) -> None:
    session.run(CellSource("def f():\n    return 1 / 0", "square-by_hand"))
    place = session.mark()
    session.run(CellSource("def f(): pass", "later"))
    (outcome,) = session.ask([F], at=place)
    assert isinstance(outcome, Raised)
    assert (outcome.type_name, outcome.line) == ("ZeroDivisionError", 2)
    assert outcome.traceback.splitlines()[0] == "square-by_hand, line 2, in f"


@pytest.mark.slow
def test_later_cells_take_no_time_from_an_earlier_place(sandbox: Sandbox) -> None:
    limits = replace(GENEROUS, total_s=2 * SHORT_S)
    with sandbox.open(limits=limits, seed=1) as session:
        session.run(CellSource("x = 1\ndef f(): return x", "cell"))
        early = session.mark(["f"])
        session.run(CellSource("import time; time.sleep(600)", "cell"))
        late = session.mark(["f"])
        (answer,) = session.recall([F], at=early) or [None]
        assert isinstance(answer, Returned)
        assert session.recall([F], at=late) is None
        for place in (early, late):
            (answer,) = session.ask([F], at=place)
            assert isinstance(answer, Returned)
        (answer,) = session.ask([F])
        assert isinstance(answer, Stopped)
        assert "whole notebook" in answer.message


def test_nothing_that_was_asked_can_be_shown_by_a_cell(sandbox: Sandbox) -> None:
    """A function that takes over the shell gets nothing into a cell's output that comes after."""
    takes_over = (
        "kept = []\nimport atexit, builtins, IPython\n"
        "def f(x):\n    kept.append(x)\n    builtins.kept = kept\n"
        "    get_ipython().events.register('pre_run_cell', lambda *_: print(kept))\n    return x"
    )
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        session.run(CellSource(takes_over, "cell"))
        place = session.mark()
        session.ask([Call("f", ("hidden",))], at=place)
        later = session.run(
            CellSource("import builtins\nprint(kept, getattr(builtins, 'kept', None))", "cell")
        )
        assert "hidden" not in repr(later.outputs)


@pytest.mark.parametrize(
    "name", ["a tensor changed in place", "names bound anew", "calls that end the process"]
)
def test_without_forks_every_place_has_a_process_of_its_own(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As with CUDA, where a process that has used it must not be forked."""
    assert isinstance(sandbox, ProcessSandbox)
    expected = asked_there(sandbox, name)
    monkeypatch.setattr(sandbox, "can_fork_children", False)
    assert asked_there(sandbox, name) == expected
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        assert asked_later(session, name) == expected


def test_recalling_asks_the_objects_that_were_there(session: Session) -> None:
    session.run(CellSource("scale = 2\ndef f(): return scale\nw = 1", "cell"))
    place = session.mark(["f", "w"])
    session.run(CellSource("g = f\ndef f(): return 7\nw = 3", "cell"))
    assert plain(session.recall([F, W], at=place) or []) == ["2", "1"]
    assert plain(session.recall([W], at=place) or []) == ["1"]


def test_recalling_passes_the_objects_that_were_there(session: Session) -> None:
    session.run(CellSource("class Cube:\n    k = 1\ndef f(cube): return cube.k", "cell"))
    place = session.mark(["f", "Cube"])
    session.run(CellSource("Mine = Cube\nold = f", "cell"))
    read = Code("read", "def read(cube): return cube.k\n")
    asks = [Run(read, (Bound("Cube"),)), Call("f", (Bound("Cube"),))]
    assert plain(session.recall(asks, at=place) or []) == ["1", "1"]
    session.run(CellSource("class Cube:\n    k = 2", "cell"))
    assert plain(session.recall(asks, at=place) or []) == ["1", "1"]


def test_an_object_that_is_gone_is_not_passed(session: Session) -> None:
    session.run(CellSource("class Cube:\n    k = 1", "cell"))
    place = session.mark(["Cube"])
    session.run(CellSource("import gc\ndel Cube\ngc.collect()", "cell"))
    asks = [Run(Code("read", "def read(cube): return cube.k\n"), (Bound("Cube"),))]
    assert session.recall(asks, at=place) is None
    assert plain(session.ask(asks, at=place)) == ["1"]


def test_recalling_meets_what_later_cells_did(session: Session) -> None:
    """Which is why such an answer may only award."""
    session.run(CellSource("scale = 2\ndef f(): return scale", "cell"))
    place = session.mark(["f"])
    session.run(CellSource("scale = 3", "cell"))
    assert plain(session.recall([F], at=place) or []) == ["3"]
    assert plain(session.ask([F], at=place)) == ["2"]
    assert session.recall([F], at=place) is None  # that process has made room for the other one


@pytest.mark.parametrize(
    ("then", "names"),
    [("f = None", ["f"]), ("del f", ["f"]), ("x = 1", [])],
    ids=["bound anew", "deleted", "not foreseen"],
)
def test_what_is_gone_is_not_recalled(session: Session, then: str, names: list[str]) -> None:
    session.run(CellSource("def f(): return 1", "cell"))
    place = session.mark(names)
    session.run(CellSource(then, "cell"))
    assert session.recall([F], at=place) is None
    assert plain(session.ask([F], at=place)) == ["1"]


def test_a_call_that_ends_the_process_ends_recalling(session: Session) -> None:
    session.run(CellSource("import os\ndef f(): os._exit(3)\ndef g(): return 4", "cell"))
    place = session.mark(["f", "g"])
    (stopped,) = session.recall([F], at=place) or [None]
    assert isinstance(stopped, Stopped)
    assert session.recall([G], at=place) is None
    assert plain(session.ask([G], at=place)) == ["4"]


def test_marking_keeps_nothing_alive_and_is_seen_by_nobody(session: Session) -> None:
    source = (
        "import weakref\nclosed = []\nclass Run:\n    def __del__(self): closed.append(1)\n"
        "    def __call__(self): return 5\nf = Run()\nseen = weakref.ref(f)"
    )
    session.run(CellSource(source, "cell"))
    place = session.mark(["f"])
    session.run(CellSource("f = None\nwas = (closed, seen() is None)", "cell"))
    assert plain(session.ask([Read("was")])) == ["([1], True)"]
    assert session.recall([F], at=place) is None
    assert plain(session.ask([F], at=place)) == ["5"]


def test_places_take_no_memory(sandbox: Sandbox) -> None:
    """30 parts with 16 MB each, of which only the last lives."""
    with sandbox.open(limits=replace(GENEROUS, memory_mb=512), seed=1) as session:
        for _ in range(30):
            source = "import torch\nx = torch.rand(4_000_000)\ndef f(): return x[:1] >= 0"
            outcome = session.run(CellSource(source, "cell"))
            assert outcome.status == "ok", outcome.message
            place = session.mark(["f", "x"])
        assert plain(session.recall([F], at=place) or []) == plain(session.ask([F], at=place))
