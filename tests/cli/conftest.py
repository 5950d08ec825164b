"""The command ``gradeprop``: in this process, or as a program of its own where that is the
subject."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.cli.main import main
from gradeprop.grading.run import facilities

COMMAND = [sys.executable, "-m", "gradeprop"]

SOLVED = {
    "square_derivative-by_hand": "def d_square(w):\n    return 2 * w",
    "explain_sign-commit": "direction = 'increase'",
}
HALVED = {**SOLVED, "square_derivative-by_hand": "def d_square(w):\n    return w"}
"""Answers by grade id, for `answered`."""


@dataclass(frozen=True)
class Done:
    """What a run of the command left."""

    returncode: int
    stdout: str
    stderr: str


def gradeprop(*arguments: Any, cwd: Any) -> Any:
    """Run the command in this process, by the program's own ``main`` and as without a terminal,
    80 columns wide.

    Not typer's runner: that replaces ``main``, which turns errors into exit codes, and it hears
    neither the processes that a command starts nor what they print."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.chdir(cwd)
        patch.setenv("COLUMNS", "80")
        patch.setattr(sys, "argv", ["gradeprop", *map(str, arguments)])
        # Workers import the main module, and typer calls the command by its name.
        patch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        stdout, stderr = stack.enter_context(_written(1)), stack.enter_context(_written(2))
        with redirect_stdout(stdout.stream), redirect_stderr(stderr.stream):
            code = _exit_code()
        gc.unfreeze()  # what `grade` froze, as a program that ends soon may
        return Done(code, stdout.text(), stderr.text())


def _exit_code() -> Any:
    try:
        main()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


class _Written:
    """What this process and those it starts write to a descriptor."""

    def __init__(self, file: Any, descriptor: Any) -> None:
        self._file = file
        self.stream = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115

    def text(self) -> Any:
        self.stream.flush()
        self._file.seek(0)
        return self._file.read().decode()


@contextmanager
def _written(descriptor: Any) -> Iterator[Any]:
    kept = os.dup(descriptor)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), descriptor)
        try:
            yield _Written(file, descriptor)
        finally:
            os.dup2(kept, descriptor)
            os.close(kept)


def program(*arguments: Any, cwd: Any, **environment: Any) -> Any:
    """Run the program itself, as `gradeprop` runs the command."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The minimal course, built, for `built` and for nobody to change."""
    root = write_course(tmp_path_factory.mktemp("template"))
    done = gradeprop("build", cwd=root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def built(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "course"))


@pytest.fixture(scope="module", autouse=True)
def _one_sandbox_for_all(warm_sandbox: Any) -> Iterator[Any]:
    """Commands with ``--isolation none`` need not start one each, which takes seconds."""
    start = facilities.open_sandbox

    def found_or_started(isolation: Any, **others: Any) -> Any:
        if isolation == "none" and others["packages"] == facilities.PRELOADED:
            return nullcontext(warm_sandbox())
        return start(isolation, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facilities, "open_sandbox", found_or_started)
        yield


def hand_in(
    root: Path,
    student: Any,
    notebook: Any,
    assignment: str = "a01_slopes",
    folder: str = "submitted",
) -> Any:
    path = root / folder / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook)
    return path


def answered(root: Path, answers: Any) -> Any:
    """The built course's notebook with these answers, by grade id."""
    notebook = json.loads((root / "release" / "a01_slopes" / "a01_slopes.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return json.dumps(notebook).encode()


def result_of(root: Path, student: str) -> Any:
    """The result file."""
    return json.loads((root / "results" / "a01_slopes" / f"{student}.json").read_text())
