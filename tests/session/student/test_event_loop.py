"""A loop is running while cells run, as in a kernel."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from gradeprop.session.student.event_loop import CellLoop
from gradeprop.session.student.shell import CellResult, NotebookShell


@pytest.fixture(scope="module")
def shell() -> Iterator[NotebookShell]:
    before = InteractiveShell._instance
    shell = NotebookShell()
    shell.begin()
    shell.run_source("import asyncio\nasync def three(): return 3", "cell")
    yield shell
    NotebookShell._instance = None
    InteractiveShell._instance = before


def value(result: CellResult) -> str:
    assert result.error is None
    (output,) = result.outputs
    return str(output["data"]["text/plain"])


def test_a_task_is_done_in_the_next_cell(shell: NotebookShell) -> None:
    shell.run_source("task = asyncio.create_task(three())", "cell")
    assert value(shell.run_source("task.done(), task.result()", "cell")) == "(True, 3)"


def test_what_a_task_prints_is_in_the_cell_that_made_it(shell: NotebookShell) -> None:
    source = "async def say(): print('said')\nasyncio.ensure_future(say());"
    assert shell.run_source(source, "cell").outputs[0]["text"] == "said\n"


@pytest.mark.parametrize(
    "source",
    [
        "asyncio.get_event_loop().is_running()",
        "asyncio.get_running_loop().is_running()",
        "asyncio.get_running_loop() is asyncio.get_event_loop()",
        "await asyncio.sleep(0)\nasyncio.get_running_loop().is_running()",
    ],
)
def test_the_loop_is_running(shell: NotebookShell, source: str) -> None:
    assert value(shell.run_source(source, "cell")) == "True"


@pytest.mark.parametrize(
    "call", ["asyncio.run(three())", "asyncio.get_event_loop().run_until_complete(three())"]
)
def test_no_second_loop_is_run(shell: NotebookShell, call: str) -> None:
    assert isinstance(shell.run_source(call, "cell").error, RuntimeError)


def test_a_cell_awaits_a_task_of_an_earlier_one(shell: NotebookShell) -> None:
    shell.run_source("later = asyncio.create_task(asyncio.sleep(0.001, 7))", "cell")
    assert value(shell.run_source("await later", "cell")) == "7"


def test_a_task_that_never_rests_holds_nothing_up(shell: NotebookShell) -> None:
    source = (
        "async def spin():\n    while True: await asyncio.sleep(0)\nt = asyncio.create_task(spin())"
    )
    assert shell.run_source(source, "cell").error is None
    assert value(shell.run_source("t.cancel()", "cell")) == "True"


def test_a_task_that_leaves_ends_nothing(shell: NotebookShell) -> None:
    source = "async def leave(): raise SystemExit\nt = asyncio.create_task(leave())"
    assert shell.run_source(source, "cell").error is None
    assert value(shell.run_source("1", "cell")) == "1"
    assert value(shell.run_source("await three()", "cell")) == "3"


@pytest.mark.parametrize("leaves", ["raise KeyboardInterrupt", "raise SystemExit"])
def test_a_task_that_leaves_while_another_is_done_stops_no_later_cell(
    shell: NotebookShell, leaves: str
) -> None:
    source = (
        f"async def leave(): {leaves}\n"
        "async def both():\n    t = asyncio.create_task(leave())\n    return 1\n"
        "await both()"
    )
    assert shell.run_source(source, "cell").error is not None
    # It takes more than one turn of the loop.
    assert value(shell.run_source("await asyncio.sleep(0.001, 7)", "cell")) == "7"


def test_what_a_cell_sets_in_its_context_stays(shell: NotebookShell) -> None:
    shell.run_source("import decimal; decimal.setcontext(decimal.Context(prec=3))", "cell")
    assert value(shell.run_source("decimal.getcontext().prec", "cell")) == "3"


def test_an_interrupt_where_a_cell_awaits_cancels_it(shell: NotebookShell) -> None:
    source = (
        "import os, signal\n"
        "asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)\n"
        "await asyncio.sleep(60)"
    )
    assert isinstance(shell.run_source(source, "cell").error, asyncio.CancelledError)
    assert value(shell.run_source("await three()", "cell")) == "3"


BEGINS = "import asyncio\nasync def think(x):\n    await asyncio.sleep(0)\n    return x\nseen = []"
CONSUMES = (
    "q = asyncio.Queue()\nasync def consume():\n    while True: seen.append(await q.get())\n"
    "consumer = asyncio.create_task(consume())"
)
DEEP = "async def deep(n): return n and 1 + await asyncio.create_task(deep(n - 1))"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (("both = asyncio.gather(think(1), think(2))", "both.result()"), "[1, 2]"),
        (("asyncio.create_task(think(1)).add_done_callback(seen.append);", "len(seen)"), "1"),
        (("asyncio.get_running_loop().call_soon(seen.append, 1);", "seen"), "[1]"),
        (
            (
                "import time; asyncio.get_running_loop().call_later(.05, seen.append, 1);",
                "time.sleep(.2)",
                "seen",
            ),
            "[1]",
        ),
        ((CONSUMES, "for i in range(20): q.put_nowait(i)", "len(seen)"), "20"),
        ((DEEP, "t = asyncio.create_task(deep(12))", "t.result()"), "12"),
        (("%autoawait asyncio", "await think(3)"), "3"),
        (("%autoawait asyncio", "asyncio.get_running_loop().is_running()"), "True"),
    ],
)
def test_what_is_ready_goes_on_between_cells(
    shell: NotebookShell, cells: tuple[str, ...], shown: str
) -> None:
    shell.run_source(BEGINS, "cell")
    *before, last = cells
    for cell in before:
        assert shell.run_source(cell, "cell").error is None
    assert value(shell.run_source(last, "cell")) == shown


@pytest.mark.parametrize(
    "cell",
    ["%%capture kept\nawait three()\ny = 1", "get_ipython().run_cell('await three()\\ny=1')"],
)
def test_a_cell_within_another_cannot_await(shell: NotebookShell, cell: str) -> None:
    """A kernel's loop runs already then."""
    shell.run_source("await three()", "cell")
    shell.run_source(cell, "cell")
    assert isinstance(shell.run_source("y", "cell").error, NameError)
    assert value(shell.run_source("await three()", "cell")) == "3"


def test_nothing_of_a_cell_goes_on_once_another_task_has_left(shell: NotebookShell) -> None:
    source = (
        "async def leave(): raise SystemExit\nt = asyncio.create_task(leave())\n"
        "await asyncio.sleep(0.01)\nz = 1"
    )
    assert shell.run_source(source, "cell").error is not None
    shell.run_source("await asyncio.sleep(0.1)", "cell")
    assert isinstance(shell.run_source("z", "cell").error, NameError)


def test_after_a_cell_that_was_interrupted_nothing_goes_on(shell: NotebookShell) -> None:
    """What goes on would take the time in which the cell has to end."""
    assert (
        shell.run_source(
            "turns = []\nasync def bg():\n    while True:\n        turns.append(1)\n        await asyncio.sleep(0)\nt = asyncio.create_task(bg())\nimport signal",
            "cell",
        ).error
        is None
    )
    before = value(shell.run_source("len(turns)", "cell"))
    shell.run_source("was = len(turns); signal.raise_signal(signal.SIGINT)", "cell")
    assert before != "0"
    assert value(shell.run_source("len(turns) - was", "cell")) == "0"
    shell.run_source("t.cancel()", "cell")


def test_before_it_begins_there_is_no_loop() -> None:
    loop = CellLoop()
    with loop.running(), pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


def test_without_sockets_cells_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> asyncio.AbstractEventLoop:
        raise PermissionError

    monkeypatch.setattr(asyncio, "new_event_loop", refused)
    loop = CellLoop()
    loop.begin()
    name: contextvars.ContextVar[int] = contextvars.ContextVar("name")
    with loop.running():
        name.set(3)
    loop.turn()
    assert name.get() == 3
