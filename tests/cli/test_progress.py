"""In a terminal, grading shows how far it is and how long it will take; elsewhere it shows
nothing."""

import json
import os
import pty
import re
import subprocess

import pytest

from cli.conftest import COMMAND, gradeprop, hand_in
from course.minimal import write_course

STUDENTS = 8


@pytest.fixture
def handed_in(tmp_path):
    root = write_course(tmp_path / "course")
    done = gradeprop("build", cwd=root)
    assert done.returncode == 0, done.stderr
    notebook = json.loads((root / "release/a01_slopes/a01_slopes.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "square_derivative-by_hand":
            cell["source"] = "import time\ntime.sleep(0.4)\ndef d_square(w):\n    return 2 * w"
    for number in range(STUDENTS):
        hand_in(root, f"s{number}", json.dumps(notebook).encode())
    return root


@pytest.mark.slow
def test_a_terminal_shows_done_of_all_and_the_time_left(handed_in):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "grade", "a01_slopes", "--isolation", "none"],
        cwd=handed_in,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm"},
    ) as run:
        os.close(theirs)
        shown = b""
        while chunk := read(ours):
            shown += chunk
    os.close(ours)
    assert run.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    counts = [int(count) for count in re.findall(rf"Grading a01_slopes .*?(\d)/{STUDENTS}", text)]
    assert counts == sorted(counts)
    assert {1, STUDENTS // 2} < set(counts)
    assert re.search(rf"[1-{STUDENTS - 1}]/{STUDENTS} 00:0\d", text), (
        "an estimate in minutes and seconds"
    )


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.slow
def test_where_there_is_no_terminal_no_bar_gets_into_the_log(handed_in):
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=handed_in)
    assert done.returncode == 0
    assert "Grading a01_slopes" not in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
