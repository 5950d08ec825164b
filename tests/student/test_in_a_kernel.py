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
CHECK = 'gp.check("squares", "by_hand")'


@pytest.fixture(scope="module")
def started() -> Iterator[Kernel]:
    with kernel() as running:
        yield running


@pytest.fixture
def notebook(started: Kernel) -> Kernel:
    started.run("%reset -f")
    started.run(SETUP)
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
