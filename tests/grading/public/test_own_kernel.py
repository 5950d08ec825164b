"""A whole notebook in this process, as `gradeprop check` runs it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradeprop.grading.public.in_notebook import Interrupted, NotChecked
from gradeprop.grading.public.own_kernel import CellError, run_checks
from grading.public_example import public_text

SETUP = f"import torch\nimport gradeprop as gp\ngp.load_public_checks(r'''{public_text()}''')"
RIGHT = "def d_square(w):\n    return 2 * w"
CHECK = 'gp.check("squares", "by_hand")'


@pytest.fixture(autouse=True)
def main_module() -> Iterator[Any]:
    """IPython puts a module of its own in the place of ``__main__``."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


def run(folder: Any, *sources: Any) -> Any:
    """The cells' results; the word CHECK stands for the check cell."""
    sites = [("squares", "by_hand") if source == CHECK else None for source in sources]
    return list(run_checks(sources, folder, sites))


def test_checks_are_reported_at_their_own_place(tmp_path: Path) -> None:
    first, second = run(tmp_path, SETUP, RIGHT, CHECK, "d_square = 3", CHECK)
    assert first.earned == 3.0
    assert second.earned == 0.0


def test_a_function_that_checks_itself_is_asked_once(tmp_path: Path) -> None:
    itself = f"asked = []\ndef d_square(w):\n    asked.append(w)\n    {CHECK}\n    return 2 * w"
    count = "raise ValueError(len(asked))"
    report, once = run(tmp_path, SETUP, itself, CHECK, count)
    assert report.earned == 3.0
    assert int(once.error.removeprefix("ValueError: ")) < 10


def test_a_cell_that_stops_is_told_with_its_line_and_the_others_run(tmp_path: Path) -> None:
    error, report = run(tmp_path, SETUP, "x = 1\n1 / 0", RIGHT, CHECK)
    assert error == CellError(
        2, "ZeroDivisionError: division by zero", "code cell 2, line 2, in <module>\n    1 / 0"
    )
    assert report.earned == 3.0


@pytest.mark.parametrize("before", [None, "svg"])
def test_the_process_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    if before is None:
        monkeypatch.delenv("MPLBACKEND", raising=False)
    else:
        monkeypatch.setenv("MPLBACKEND", before)
    (error,) = run(tmp_path, "import os\nraise ValueError(os.environ['MPLBACKEND'])")
    assert error.error == f"ValueError: {before or 'agg'}"
    assert os.environ.get("MPLBACKEND") == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import sys\nsys.exit(4)", "SystemExit: 4"),
        ("def f(:", "SyntaxError: invalid syntax (line 1)"),
        ("input('name? ')", "input() was called"),
        ("raise ValueError('x')", "ValueError: x"),
    ],
)
def test_whatever_stops_a_cell_is_told_in_a_line(tmp_path: Path, source: str, words: str) -> None:
    error, report = run(tmp_path, SETUP, source, CHECK)
    assert words in error.error
    assert report.earned == 0.0


def test_magics_top_level_await_and_exit_are_as_in_a_notebook(tmp_path: Path) -> None:
    cells = [
        "%timeit -n1 -r1 1",
        "!echo hi",
        "import asyncio\nawait asyncio.sleep(0)",
        "exit()",
        RIGHT,
    ]
    (report,) = run(tmp_path, SETUP, *cells, CHECK)
    assert report.earned == 3.0


def test_cells_run_in_the_notebooks_folder_and_nothing_of_it_stays(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("2")
    (tmp_path / "neighbour_of_the_notebook.py").write_text("factor = 2.0")
    cells = [
        "factor = float(open('data.csv').read())",
        "import neighbour_of_the_notebook as other\nassert other.factor == factor",
        "def d_square(w):\n    return factor * w",
    ]
    before = os.getcwd(), list(sys.path), sys.stdin, signal.getsignal(signal.SIGINT)  # noqa: PTH109
    (report,) = run(tmp_path, SETUP, *cells, CHECK)
    assert report.earned == 3.0
    assert before == (os.getcwd(), list(sys.path), sys.stdin, signal.getsignal(signal.SIGINT))  # noqa: PTH109


def test_nothing_that_cells_print_is_seen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(
        tmp_path,
        SETUP,
        "print('out'); import os; os.write(1, b'raw'); display('shown')",
        RIGHT,
        CHECK,
    )
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_in_a_cell_says_which(tmp_path: Path) -> None:
    cell = "import signal\nsignal.raise_signal(signal.SIGINT)\nwhile True: pass"
    with pytest.raises(Interrupted, match="code cell 2 was running"):
        run(tmp_path, SETUP, cell, CHECK)


def test_ctrl_c_in_a_check_says_what(tmp_path: Path) -> None:
    cell = (
        "import os, signal\ndef d_square(w):\n    os.kill(os.getpid(), signal.SIGINT)\n    while "
        "True: pass"
    )
    with pytest.raises(Interrupted, match="`d_square` was running"):
        run(tmp_path, SETUP, cell, CHECK)


def test_a_check_of_something_unknown_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotChecked, match="no exercise 'cubes'"):
        list(run_checks([SETUP, "gp.check('cubes')"], tmp_path, [None, ("cubes", None)]))
