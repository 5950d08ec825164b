"""In a terminal, grading shows how far it is and how long it will take; elsewhere it shows
nothing."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import COMMAND, SOLVED, answered, gradeprop, hand_in

CODE = "square_derivative-by_hand"
WAITS = """
import pathlib, time
while not pathlib.Path({!r}).exists():
    time.sleep(0.05)
"""
"""At the start of a cell: wait until a file is there, however slow the machine is."""


@pytest.fixture
def built(course: Any) -> Any:
    done = gradeprop("build", cwd=course)
    assert done.returncode == 0, done.stderr
    return course


class Screen:
    """A terminal, and what a program has written to it so far."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        self.text = ""

    def shows(self, pattern: Any) -> bool:
        """Wait until this is to be seen, or nobody writes any more."""
        while not re.search(pattern, self.text):
            try:
                chunk = os.read(self._ours, 4096)
            except OSError:  # the other end is closed
                return False
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", chunk.decode(errors="replace"))
        return True

    def close(self) -> None:
        os.close(self._ours)


@pytest.mark.slow
def test_a_terminal_shows_done_of_all_and_the_time_left(built: Any, tmp_path: Path) -> None:
    course = built / "course.yaml"
    course.write_text(course.read_text() + "limits: {cell_s: 250, total_s: 280}\n")
    for number in (1, 2, 3):
        waits = WAITS.format(str(tmp_path / f"{number - 1} seen"))
        answers = {**SOLVED, CODE: f"{waits}{SOLVED[CODE]}"}
        hand_in(built, f"s{number}", answered(built, answers))
    screen = Screen()
    with subprocess.Popen(
        [*COMMAND, "grade", "a01_slopes", "--isolation", "none"],
        cwd=built,
        stdout=subprocess.DEVNULL,
        stderr=screen.theirs,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm"},
    ) as run:
        os.close(screen.theirs)
        for done in (0, 1, 2):
            assert screen.shows(rf"Grading a01_slopes .*?{done}/3"), screen.text
            if done == 2:
                assert screen.shows(r"2/3 \d+:\d\d"), "an estimate in minutes and seconds"
            (tmp_path / f"{done} seen").touch()
        assert not screen.shows("no such words")
    screen.close()
    assert run.returncode == 0, screen.text


def test_where_there_is_no_terminal_no_bar_gets_into_the_log(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=built)
    assert done.returncode == 0
    assert "Grading a01_slopes" not in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
