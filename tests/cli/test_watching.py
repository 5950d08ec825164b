"""`--watch`: once more at each save, and only what was saved."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import COMMAND
from course.minimal import EXERCISE, EXPLAIN, GRADER, SOLUTION
from gradeprop.cli.watching import at_each_save
from gradeprop.errors import UsageError

WAIT_S = 60


class Watcher:
    """`at_each_save` in a thread of its own."""

    def __init__(self, root: Path) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.came = threading.Semaphore(0)
        self.ended = threading.Event()
        self.fails = False
        self._stop = False
        self.thread = threading.Thread(target=self._run, args=(root,), daemon=True)
        self.thread.start()
        assert self.came.acquire(timeout=WAIT_S)

    def _run(self, root: Path) -> None:
        at_each_save(root, self._once)
        self.ended.set()

    def _once(self, saved: tuple[str, ...]) -> None:
        self.calls.append(saved)
        self.came.release()
        if self._stop:
            raise KeyboardInterrupt
        if self.fails:
            raise UsageError("broken", remedy="mend it")

    def save(self, path: Path, text: str = "\n") -> tuple[str, ...]:
        """Save, and tell what it was called with."""
        path.write_text(text)
        assert self.came.acquire(timeout=WAIT_S)
        return self.calls[-1]

    def end(self, path: Path) -> None:
        self._stop = True
        self.save(path)
        assert self.ended.wait(WAIT_S)


def test_only_what_was_saved_is_done_again_and_errors_do_not_end_it(
    course: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    watcher = Watcher(course)
    assert watcher.calls == [()]
    for name in (EXERCISE, SOLUTION, GRADER):
        assert watcher.save(course / name) == (name,)
    assert watcher.save(course / "exercises" / "a01_slopes" / "data.csv") == ("a01_slopes",)
    watcher.fails = True
    assert watcher.save(course / "course.yaml") == ()
    watcher.fails = False
    assert watcher.save(course / EXPLAIN) == (EXPLAIN,)
    watcher.end(course / EXPLAIN)
    assert "gradeprop: broken; mend it" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify", "build"])
def test_ctrl_c_ends_the_program_without_a_word_more(course: Any, command: str) -> None:
    arguments = [*COMMAND, command, "--watch"]
    if command == "verify":
        arguments += ["--isolation", "none"]
    with subprocess.Popen(
        arguments, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        assert run.stdout is not None
        while "Watching" not in (line := run.stderr.readline()):
            assert line, run.stdout.read()
        (course / EXERCISE).write_text((course / EXERCISE).read_text() + "\n")
        while "Watching" not in (line := run.stderr.readline()):
            assert line, run.stdout.read()
        os.kill(run.pid, signal.SIGINT)
        said = run.stderr.read()
        shown = run.stdout.read()
    assert (run.returncode, said) == (0, "")
    if command == "verify":
        first, second = shown.split("mistakes caught and named")[1:]
        assert "explain_sign" in first
        assert "explain_sign" not in second
    else:
        assert shown.count("release/a01_slopes/a01_slopes.ipynb") == 2
