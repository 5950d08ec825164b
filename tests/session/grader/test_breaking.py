"""Cells and checks that break, hang or take too much, at every level: they cost only themselves."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.session.grader.sandbox import ProcessSandbox
from gradeprop.session.interface import (
    Call,
    CellSource,
    Raised,
    Read,
    Returned,
    Sandbox,
    Session,
    Stopped,
)
from gradeprop.session.messages import total_spent
from session.grader.dialogue import SWALLOWS, ask, has_ended, returned, run, value
from session.patience import GENEROUS, SHORT_S, until


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        ("import os; os._exit(0)", "killed", "exit code 0"),
        ("import os; os._exit(7)", "killed", "exit code 7"),
        ("import ctypes; ctypes.string_at(0)", "killed", "segmentation fault"),
        ("while True: pass", "timeout", "`f` did not finish in 3 s"),
        (SWALLOWS.replace("\n", "\n    "), "timeout", "`f` did not finish in 3 s"),
        ("import time; time.sleep(600)", "timeout", "`f` did not finish in 3 s"),
        ("import torch; return torch.ones(10**10)", "memory", "1024 MiB"),
        ("return bytearray(2 << 30)", "memory", "1024 MiB"),
        ("import torch; return torch.ones(1).expand(2**33)", "output", "32 MiB"),
        ("return 'x' * (40 << 20)", "output", "32 MiB"),
    ],
)
def test_a_check_that_breaks_costs_only_itself(
    session: Session, body: str, reason: str, words: str
) -> None:
    run(session, f"x = 4\ndef f():\n    {body}")
    seconds = SHORT_S if reason == "timeout" else None
    fine, stopped, after = ask(session, Read("x"), Call("f"), Read("x"), seconds=seconds)
    assert isinstance(fine, Returned)
    assert isinstance(stopped, Stopped)
    assert isinstance(after, Stopped)
    assert (stopped.reason, after.reason) == (reason, reason)
    assert words in stopped.message
    assert value(session, "x") == 4


def test_leaving_by_exception_is_raised(session: Session) -> None:
    run(session, "import sys\ndef f(): sys.exit(3)\ndef g(): raise KeyboardInterrupt")
    assert [type(outcome) for outcome in ask(session, Call("f"), Call("g"))] == [Raised, Raised]


def test_a_slow_cell_is_interrupted_and_keeps_what_it_did(session: Session) -> None:
    outcome = run(session, "x = 1\nprint('here')\nwhile True: pass", seconds=SHORT_S)
    assert outcome.status == "timeout"
    assert outcome.message is not None
    assert "3 s" in outcome.message
    assert outcome.outputs[0]["text"] == "here\n"
    assert "gradeprop" not in repr(outcome.outputs)
    assert value(session, "x") == 1


@pytest.mark.slow
def test_a_cell_that_cannot_be_interrupted_is_left_out(session: Session) -> None:
    run(session, "x = 1")
    stubborn = (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nx = 2\nwhile True: pass"
    )
    assert run(session, stubborn, seconds=SHORT_S).status == "timeout"
    assert value(session, "x") == 1
    assert run(session, "x + 1").outputs[0]["data"] == {"text/plain": "2"}


@pytest.mark.parametrize("source", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"])
def test_a_cell_that_ends_its_process_is_left_out(session: Session, source: str) -> None:
    run(session, "import torch\nx = torch.rand(3)")
    before = value(session, "x")
    assert run(session, source).status == "killed"
    after = value(session, "x")
    assert isinstance(before, TensorState)
    assert isinstance(after, TensorState)
    assert torch.equal(before.value, after.value)


def test_a_cell_that_needs_too_much_memory_says_so(session: Session) -> None:
    outcome = run(session, "import torch\ntorch.ones(10**10)")
    assert outcome.status == "memory"
    assert outcome.message is not None
    assert "1024 MiB" in outcome.message


def test_a_flood_of_output_is_cut(session: Session) -> None:
    outcome = run(session, "for _ in range(100_000): print('x' * 100)")
    assert outcome.status == "ok"
    assert len(outcome.outputs[0]["text"]) <= 256 << 10
    assert "cut" in outcome.outputs[-1]["text"]
    assert run(session, "y = 1").status == "ok"


def test_cells_beyond_the_whole_budget_of_output_show_nothing_but_run(sandbox: Sandbox) -> None:
    limits = replace(GENEROUS, output_kb_cell=64, output_kb_total=100)
    with sandbox.open(limits=limits, seed=1) as session:
        seen = [run(session, f"print('x' * 60_000)\nn = {n}") for n in range(3)]
        assert [outcome.status for outcome in seen] == ["ok", "output", "output"]
        assert seen[2].message is not None
        assert "100 KiB" in seen[2].message
        assert value(session, "n") == 2


def test_the_whole_session_has_a_limit(sandbox: Sandbox) -> None:
    limits = replace(GENEROUS, total_s=1.5)
    with sandbox.open(limits=limits, seed=1) as session:
        run(session, "x = 1")
        outcome = run(session, "import time; time.sleep(600)")
        assert outcome.status == "timeout"
        last = run(session, "1")
        (answer,) = ask(session, Read("x"))
    assert last.status == "timeout"
    assert last.message is not None
    assert "whole notebook" in last.message
    assert outcome.message == last.message  # and not how much of the whole was left for the cell
    assert isinstance(answer, Stopped)


def test_how_much_of_the_whole_is_left_is_told_to_nobody(sandbox: Sandbox) -> None:
    limits = replace(GENEROUS, total_s=1.5)
    with sandbox.open(limits=limits, seed=1) as session:
        run(session, "import time\ndef f(s): time.sleep(s)")
        (answer,) = ask(session, Call("f", (600.0,)))
    assert isinstance(answer, Stopped)
    assert answer.message == total_spent(1.5)


@pytest.mark.slow
def test_a_replay_that_is_slow_where_the_first_run_was_not_is_bounded_too(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    limits = replace(GENEROUS, total_s=2.0)
    cell = f"import os, time\nif os.path.exists({str(tmp_path / 'again')!r}): time.sleep(600)"
    with plain_sandbox.open(limits=limits, seed=1) as session:
        run(session, "import os\ndef f(): os._exit(3)")
        for _ in range(30):
            session.run(CellSource(cell, "slow", 1.0))
        place = session.mark()
        run(session, "x = 1")
        (tmp_path / "again").touch()
        answers = [session.ask([Call("f")], at=place)[0] for _ in range(2)]
    assert isinstance(answers[-1], Stopped)
    assert answers[-1].message == total_spent(2.0)


@pytest.mark.slow
def test_a_thread_that_ends_the_process_later_costs_no_other_part(sandbox: Sandbox) -> None:
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        run(session, "import os, threading\nx = 5\ndef f(): return x")
        # Long enough that the next process answers before it ends, too.
        run(session, "threading.Timer(2.0, os._exit, (0,)).start()")
        assert until(lambda: has_ended(session))
        assert value(session, "x") == 5
        assert until(lambda: has_ended(session))
        assert returned(session, Call("f")) == [5]
        assert until(lambda: has_ended(session))
        assert run(session, "y = x").status == "ok"


def test_a_dead_warm_process_is_replaced_and_the_work_done_again(sandbox: Sandbox) -> None:
    assert isinstance(sandbox, ProcessSandbox)
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        run(session, "x = 7")
        os.kill(sandbox.warm()._process.pid, 9)
        assert run(session, "y = x + 1").status == "ok"
        assert value(session, "y") == 8


@pytest.mark.slow
def test_a_submission_that_ends_the_warm_process_alone_twice_fails(plain_sandbox: Sandbox) -> None:
    kills = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time; time.sleep(600)"
    with plain_sandbox.open(limits=GENEROUS, seed=1) as session:
        run(session, "x = 1")
        outcome = run(session, kills)
        assert outcome.status == "killed"
        assert outcome.message is not None
        assert "twice" in outcome.message
        assert value(session, "x") == 1


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("%matplotlib inline", "ok"),
        ("!pip install --quiet something-that-is-not-there", "ok"),
        ("!ls", "ok"),
        ("answer = input('how many steps? ')", "error"),
        ("import webbrowser\nwebbrowser.open('https://example.org')", "ok"),
    ],
)
def test_what_a_notebook_asks_of_a_desktop_is_answered_soon_and_costs_nothing_else(
    session: Session, sandbox: Sandbox, source: str, status: str
) -> None:
    if sandbox.level == "none" and "pip" in source:
        pytest.skip("without isolation there is the network, which takes its time")
    run(session, "def f(): return 7")
    outcome = session.run(CellSource(source, "cell"))
    assert outcome.status == status, outcome
    place = session.mark()
    run(session, "w = 5")
    (answer,) = session.ask([Call("f")], at=place)
    assert isinstance(answer, Returned)
    assert (answer.value, value(session, "w")) == (7, 5)
