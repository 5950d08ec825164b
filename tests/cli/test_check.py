"""`gradeprop check` in a terminal, on notebooks in every state."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import COMMAND, gradeprop, program
from gradeprop.cli.check import checked
from grading.public_example import public_text

SETUP = f"import torch\nimport gradeprop as gp\ngp.load_public_checks(r'''{public_text()}''')"
HALF = "def d_square(w):\n    return w.clone()"
CHECK = 'gp.check("squares", "by_hand")'


def notebook(path: Any, *sources: Any) -> Any:
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for source in sources
    ]
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})
    )
    return path


def test_marks_and_reasons_are_printed_in_80_columns_and_the_exit_code_is_0(tmp_path: Path) -> None:
    path = notebook(tmp_path / "my work.ipynb", SETUP, "x = 1\nx / 0", HALF, CHECK)
    done = gradeprop("check", path.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) < 80
    assert "Code cell 2 stopped: ZeroDivisionError" in done.stdout
    assert "✗ not yet: slopes is right. (1 point)" in done.stdout
    assert "expected [6.0, -3.0]" in done.stdout
    assert "was the 2 of 2w lost?" in done.stdout
    assert done.stdout.endswith(
        "All in all: 0 of 3 points are sure; 2 more are decided after you hand in.\n"
    )
    assert done.stderr.strip() == "Running my work.ipynb in this Python. Ctrl-C stops it."


def test_json_is_all_that_stdout_holds(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", SETUP, "print('noise')\n1 / 0", HALF, CHECK)
    done = gradeprop("check", path, "--json", cwd=tmp_path)
    data = json.loads(done.stdout)
    assert (data["earned"], data["points"]) == (0.0, 3.0)
    assert (data["sure"], data["open"]) == (0.0, 2.0)
    assert data["parts"][0]["checks"][0]["misconception"] == "missing_factor_two"
    assert data["parts"][0]["checks"][0]["questions"][0]["items"][0]["got"] == "[3.0, -1.5]"
    assert data["errors"][0]["cell"] == 2


def test_a_terminal_without_unicode_still_tells_right_from_wrong(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", SETUP, HALF, CHECK)
    done = program("check", path, cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "  x not yet: slopes is right." in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        ("", "The file is empty"),
        ("{'cells'", "damaged"),
        ('{"a": 1}', "not a notebook"),
        ("%PDF-1.4", "PDF"),
        ('{"cells": [], "nbformat": 4}', "no gradeprop checks"),
    ],
)
def test_what_is_no_notebook_is_refused_with_exit_code_2(
    tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_text(content)
    done = gradeprop("check", path, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"gradeprop: {path}: ")
    assert words in done.stderr
    assert done.stdout == ""


def test_a_folder_is_no_notebook(tmp_path: Path) -> None:
    done = gradeprop("check", tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this is a folder, not a file" in done.stderr


def test_a_pipe_is_no_notebook_and_is_not_waited_at(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.ipynb")
    done = gradeprop("check", "x.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this is a pipe, not a file" in done.stderr


def test_a_link_that_leads_to_itself_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").symlink_to("x.ipynb")
    done = gradeprop("check", "x.ipynb", cwd=tmp_path)
    assert done.returncode == 2
    assert "leads to itself" in done.stderr


def test_a_notebook_without_its_set_up_cell_is_refused_with_the_remedy(tmp_path: Path) -> None:
    done = gradeprop("check", notebook(tmp_path / "n.ipynb", HALF, CHECK), cwd=tmp_path)
    assert done.returncode == 2
    assert "set-up cell is missing; copy it from a fresh copy" in done.stderr


def test_a_missing_package_of_the_course_is_a_missing_facility(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", f"import no_such_package\n{SETUP}", HALF, CHECK)
    done = gradeprop("check", path, cwd=tmp_path)
    assert done.returncode == 3
    assert "No module named 'no_such_package'" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_keeps_what_was_checked_and_says_where_it_was(tmp_path: Path) -> None:
    stuck = (
        "import pathlib\ndef d_square(w):\n    pathlib.Path('stuck').touch()\n    while True: pass"
    )
    path = notebook(tmp_path / "n.ipynb", SETUP, HALF, CHECK, stuck, CHECK)
    child = subprocess.Popen(
        [*COMMAND, "check", str(path)],
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "stuck").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "✗ not yet: slopes is right." in out
    assert "stopped while `d_square` was running" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("source", "site"),
    [
        ('gp.check("a", "b")', ("a", "b")),
        ('gp.check("a")  # mine', ("a", None)),
        ('gp.check("a", part="b")', ("a", "b")),
        ('gp.check(exercise="a", part=None)', ("a", None)),
        ("gp.check(name)", None),
        ("gp.check()", None),
        ('x = gp.check("a")', None),
        ('print(1)\ngp.check("a")', None),
        ("%matplotlib inline", None),
    ],
)
def test_check_cells_are_recognised(source: str, site: Any) -> None:
    assert checked(source) == site


def test_an_answer_that_was_turned_into_markdown_is_run_and_told(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", SETUP, "def d_square(w):\n    return 2 * w", CHECK)
    document = json.loads(path.read_text())
    document["cells"][1] |= {
        "cell_type": "markdown",
        "metadata": {"nbgrader": {"cell_type": "code", "solution": True}},
    }
    path.write_text(json.dumps(document))
    done = gradeprop("check", path.name, cwd=tmp_path)
    assert done.stdout.endswith(
        "All in all: 1 of 3 points is sure; 2 more are decided after you hand in.\n"
    )
    assert "Code cell 2 has been turned into a Markdown cell." in done.stderr


def test_a_magic_that_keeps_no_names_is_to_blame(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", SETUP, f"%%timeit -n 1 -r 1\n{HALF}", CHECK)
    done = gradeprop("check", path.name, cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert "a cell that begins with %%timeit keeps no names. Take that line out." in said
