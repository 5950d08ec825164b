"""A new Python for each run of a notebook, as it grades where nothing can be forked."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradeprop.errors import GraderFault, MissingFacility, UsageError
from gradeprop.session.grader import fresh
from gradeprop.session.grader.fresh import FreshSandbox, fresh_sandbox
from gradeprop.session.interface import Call, CellSource, Limits, Read, Returned, Session, Stopped
from session.patience import GENEROUS, until

# What is to hang hangs for so long; on a busy machine all else takes its time.
SHORT = Limits(cell_s=5, check_s=5, total_s=600)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[FreshSandbox]:
    with fresh_sandbox((), gpu=False, wait=True) as opened:
        yield opened


@pytest.fixture
def notebook(sandbox: FreshSandbox) -> Iterator[Session]:
    with sandbox.open(limits=GENEROUS, seed=1, files={"data.txt": b"7"}) as session:
        yield session


@pytest.fixture
def impatient(sandbox: FreshSandbox) -> Iterator[Session]:
    with sandbox.open(limits=SHORT, seed=1) as session:
        yield session


def run(notebook: Session, source: str) -> Any:
    return notebook.run(CellSource(source, "a cell"))


def text(outcome: Any) -> str:
    return "".join(output.get("text", "") for output in outcome.outputs)


def test_cells_run_in_a_folder_of_their_own_and_show_what_they_print(notebook: Session) -> None:
    shown = run(notebook, "print(open('data.txt').read())\n!echo from a program\n")
    assert (shown.status, text(shown)) == ("ok", "7\nfrom a program\n")
    assert run(notebook, "1 / 0").message == "ZeroDivisionError: division by zero"


@pytest.mark.slow
def test_it_has_nothing_of_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "of the grader's")
    with (
        fresh_sandbox((), gpu=False, wait=True) as other,
        other.open(limits=GENEROUS, seed=1) as notebook,
    ):
        shown = run(notebook, "import os, sys\nprint('A_SECRET' in os.environ, sys.argv)")
    assert text(shown).startswith("False ")
    assert "ipykernel_launcher" in text(shown)


@pytest.mark.slow
def test_what_is_seeded_comes_again(sandbox: FreshSandbox) -> None:
    drawn = []
    for _ in range(2):
        with sandbox.open(limits=GENEROUS, seed=5) as notebook:
            run(notebook, "import torch, random\nx = (torch.rand(1).item(), random.random())")
            (answer,) = notebook.ask([Read("x")])
            assert isinstance(answer, Returned)
            drawn.append(answer.value)
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "import time; time.sleep(100)",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    ],
)
@pytest.mark.slow
def test_an_endless_cell_is_stopped_and_what_was_before_it_stays(
    impatient: Session, endless: str
) -> None:
    run(impatient, "w = 3")
    assert run(impatient, endless).status == "timeout"
    (answer,) = impatient.ask([Read("w")])
    assert isinstance(answer, Returned)
    assert answer.value == 3


def test_a_crash_costs_its_own_cell_only(notebook: Session) -> None:
    run(notebook, "w = 3")
    ended = run(notebook, "import os; os._exit(7)")
    assert ended.status == "killed"
    assert "exit code 7" in ended.message
    (answer,) = notebook.ask([Read("w")])
    assert isinstance(answer, Returned)


@pytest.mark.slow
def test_a_call_that_hangs_is_asked_in_another_process_and_cells_may_follow(
    impatient: Session,
) -> None:
    run(impatient, "def f(x): return 2 * x\ndef g(x):\n    while True: pass")
    hung, after = (impatient.ask([Call(name, (2.0,))]) for name in ("g", "f"))
    assert isinstance(hung[0], Stopped)
    assert hung[0].reason == "timeout"
    assert isinstance(after[0], Returned)
    assert run(impatient, "w = f(1)").status == "ok"


@pytest.mark.slow
def test_what_a_check_changes_is_seen_by_no_cell(notebook: Session) -> None:
    run(notebook, "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)")
    for _ in range(2):
        (answer,) = notebook.ask([Call("f", (1.0,))])
        assert isinstance(answer, Returned)
    run(notebook, "n = len(seen)")
    (answer,) = notebook.ask([Read("n")])
    assert isinstance(answer, Returned)
    assert answer.value == 0


@pytest.mark.slow
def test_what_a_notebook_started_ends_with_it(sandbox: FreshSandbox) -> None:
    with sandbox.open(limits=GENEROUS, seed=1) as notebook:
        run(notebook, "import subprocess\np = subprocess.Popen(['sleep', '1000']).pid")
        (answer,) = notebook.ask([Read("p")])
        assert isinstance(answer, Returned)
        assert _runs(answer.value)
    assert until(lambda: not _runs(answer.value))


def _runs(pid: Any) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_nothing_is_left_when_it_closes() -> None:
    with fresh_sandbox((), gpu=False, wait=True) as sandbox:
        folder = sandbox._folder
        with sandbox.open(limits=SHORT, seed=1):
            assert any(folder.iterdir())
    assert not folder.exists()
    sandbox.close()
    with pytest.raises(GraderFault, match="closed"):
        sandbox.open(limits=SHORT, seed=1)


@pytest.mark.slow
def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingFacility, match="no_such_package"):
        fresh_sandbox(("no_such_package",), gpu=False, wait=True)


@pytest.mark.slow
def test_a_python_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        fresh, "python_command", lambda python, *_: [python, "-c", "raise SystemExit('no torch')"]
    )
    with pytest.raises(GraderFault, match="no torch"):
        fresh_sandbox((), gpu=False, wait=True)


@pytest.mark.slow
def test_another_program_that_calls_at_the_port_is_not_taken_for_the_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fresh, "_WORD_S", 0.5)
    with FreshSandbox(()) as sandbox:
        spare = sandbox._spare
        assert spare is not None
        strangers = [socket.create_connection(spare._port.getsockname()) for _ in range(2)]
        strangers[0].sendall(b"0" * 32 + b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
        sandbox.ready()
        with sandbox.open(limits=GENEROUS, seed=1) as notebook:
            assert run(notebook, "pass").status == "ok"
        for stranger in strangers:
            stranger.close()


@pytest.mark.slow
def test_it_ends_with_the_process_that_started_it() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sandbox = fresh_sandbox((), gpu=False, wait=True)
            assert sandbox._spare is not None
            os.write(writing, str(sandbox._spare._process.pid).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    pid = int(os.read(reading, 20))
    os.close(reading)
    assert until(lambda: not _runs(pid))


def test_a_name_that_leads_out_of_the_folder_is_refused(sandbox: FreshSandbox) -> None:
    with pytest.raises(UsageError, match="not a file name"):
        sandbox.open(limits=SHORT, seed=1, files={"../x": b""})
