"""`gp.check` in a real kernel: while a call does not end, when it is stopped, and after a cell that
failed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grading.public_example import public_text
from student.kernel import Kernel, kernel

SETUP = f"import torch\nimport gradeprop as gp\ngp.load_public_checks(r'''{public_text()}''')"
SOON = "from gradeprop.session.student import still_running\nstill_running.AFTER_S = 0.3"
HANGS = "def d_square(w):\n    print('noise')\n    while True:\n        pass"
RIGHT = "def d_square(w):\n    return 2 * w"
FORGET = """
from gradeprop.grading.public.last_runs import LAST_RUNS
LAST_RUNS._ids.clear()
LAST_RUNS._failed.clear()
LAST_RUNS._ran.clear()
"""
CHECK = 'gp.check("squares", "by_hand")'


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    with kernel() as running:
        yield running


@pytest.fixture
def notebook(started: Kernel) -> Kernel:
    started.run("%reset -f")
    started.run(SETUP)
    started.run(FORGET)
    return started


def test_a_call_without_an_end_is_told_and_can_be_stopped(notebook: Kernel) -> None:
    notebook.run(SOON)
    notebook.run(HANGS)

    def stop(text: str) -> None:
        if "Still running" in text:
            notebook.interrupt()

    shown = notebook.run(CHECK, heard=stop)
    told = "stdout: Still running `d_square`; is there a loop that never ends? Press ■ to stop."
    assert told in shown
    assert "stopped while `d_square` was running" in shown
    assert "noise" not in shown
    notebook.run(RIGHT)
    assert "1 of 1 check passed" in notebook.run(CHECK)
    assert notebook.run("print('heard')") == "stdout: heard\n"


SYNTAX = "def d_square(w)\n    return 2 * w"
BEFORE = "Your last run of this cell stopped with a SyntaxError; this is the check of the version before."


@pytest.mark.parametrize("cell_id", ["squares-by_hand", None, "W2sZmlsZQ=="])
def test_after_a_cell_with_an_error_the_check_says_what_it_looks_at(
    notebook: Kernel, cell_id: str | None
) -> None:
    def unwrapped(source: str) -> str:
        return " ".join(notebook.run(source).split())

    notebook.run(SYNTAX, cell_id)
    told = unwrapped(CHECK)
    assert "stopped with a SyntaxError, so nothing of it is there to check yet." in told
    assert "○" not in told
    notebook.run(RIGHT, cell_id)
    told = unwrapped(CHECK)
    assert "Your last run" not in told
    assert "1 of 1 check passed" in told
    notebook.run(SYNTAX, cell_id)
    told = unwrapped(CHECK)
    assert BEFORE in told
    assert "1 of 1 check passed: no points sure yet." in told
    notebook.run("x = 1")
    assert BEFORE in unwrapped(CHECK)
    notebook.run(f"{RIGHT}\nnothing", cell_id)
    assert "stopped with a NameError before its end; this may be the check of" in unwrapped(CHECK)
    notebook.run(RIGHT, cell_id)
    assert "Your last run" not in unwrapped(CHECK)


def test_a_name_that_the_cell_no_longer_has_earns_nothing(notebook: Kernel) -> None:
    def unwrapped() -> str:
        return " ".join(notebook.run(CHECK).split())

    notebook.run(RIGHT, "squares-by_hand")
    assert "1 point sure" in unwrapped()
    notebook.run(RIGHT.replace("d_square", "d_sqare"), "squares-by_hand")
    told = unwrapped()
    assert "there is no `d_square`; this is the check of the version before." in told
    assert "1 of 1 check passed: no points sure yet." in told
    progress = notebook.run("gp.progress()")
    assert "✓" not in progress
    assert "(0 of 1 check passed)" in " ".join(progress.split())
    notebook.run(RIGHT, "squares-by_hand")
    assert "1 of 1 check passed: 1 point sure." in unwrapped()


def test_a_cell_that_was_stopped_is_not_called_failed(notebook: Kernel) -> None:
    notebook.run(RIGHT)
    loop = f"{RIGHT}\nprint('begun', flush=True)\nwhile True:\n    pass"
    notebook.run(loop, heard=lambda text: notebook.interrupt() if "begun" in text else None)
    told = " ".join(notebook.run(CHECK).split())
    assert "Your last run of this cell was stopped before its end;" in told


def test_another_cell_that_uses_the_name_is_not_meant(notebook: Kernel) -> None:
    notebook.run(RIGHT, "squares-by_hand")
    notebook.run("d_square = lambda w: w\nd_square(", "scratch")
    notebook.run("d_square(", "squares-autograd")
    assert "Your last run" not in notebook.run(CHECK)
