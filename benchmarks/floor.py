"""The floor: the same cells and the same calls in one warm process, with no isolation and no
grader.

Run by throughput.py: ``floor.py COURSE ASSIGNMENT``. Prepares everything, prints ``ready``, waits
for a line on stdin, then runs all submissions and prints its figures as one line of JSON.

Nothing is restored, recorded, diagnosed or written here. What the calls should return is known
beforehand, and they are compared by `torch.allclose`. No grader can be faster without running less
of the student's code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from IPython.core.interactiveshell import InteractiveShell

from gradeprop.course.load import load_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import (
    INPUT_SETS,
    check_seed,
    inputs_seed,
    pool_key,
    public_seed,
)
from gradeprop.grading.checks.sites import CheckSite, Write
from gradeprop.grading.checks.watch import Watch
from gradeprop.grading.run.publish import release_in_use
from gradeprop.notebook.restore import RestoredNotebook, restore
from gradeprop.session.interface import Call

_KEY = b"benchmark" * 4


class Recorder:
    """An `Examiner` that keeps the scripts of all checks, for every student."""

    def __init__(self, assignment: str, students: Sequence[str]) -> None:
        self.watch = Watch()
        pool = pool_key(_KEY, assignment)
        self._seeds = [inputs_seed(pool, row % INPUT_SETS) for row in range(len(students))]
        self.scripts: list[dict[tuple[str, str], list[Script]]] = [{} for _ in students]

    @property
    def subjects(self) -> int:
        return len(self._seeds)

    def wanted(self, site: CheckSite) -> bool:  # noqa: ARG002
        return True

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:
        if site.check.public:
            return public_seed(*site.key, attempt)
        return check_seed(self._seeds[subject], *site.key, attempt)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:  # noqa: ARG002
        return None

    def foresee(self, checks: Sequence[tuple[int, CheckSite, Write]]) -> None:
        """Every script is kept as it is written."""

    def examine(self, subject: int, site: CheckSite, device: str, write: Write) -> None:  # noqa: ARG002
        self.scripts[subject].setdefault(site.place, []).append(write(0))

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:  # noqa: ARG002
        raise AssertionError(error)

    def finished(self, subject: int) -> None:
        pass


@dataclass
class Floor:
    """One warm shell."""

    shell: InteractiveShell
    right: int = 0
    asked: int = 0

    def submission(
        self, notebook: RestoredNotebook, scripts: dict[tuple[str, str], list[Script]]
    ) -> None:
        names = self.shell.user_ns
        before = set(names)
        for cell in notebook.cells:
            if cell.judge is not None:
                for script in scripts.get(cell.judge, []):
                    self._check(script, names)
            elif cell.runs:
                self.shell.run_cell(cell.source, store_history=False)
        for name in set(names) - before:
            del names[name]

    def _check(self, script: Script, names: dict[str, Any]) -> None:
        found: list[Any] = []
        for ask in script.asks:
            try:
                value = names[ask.name]
                if isinstance(ask, Call):
                    keywords = {key: argument(item) for key, item in ask.keywords.items()}
                    value = value(*map(argument, ask.arguments), **keywords)
            except Exception as error:  # a student's, as good as any answer
                value = error
            found.append(value)
        for probe in script.probes:
            value = found[probe.handle.ask]
            self.asked += 1
            self.right += not probe.handle.path and close(value, probe.answer)


def argument(value: Any) -> Any:
    """A check's argument as the student's function gets it."""
    if not isinstance(value, TensorState):
        return value
    tensor = value.value.clone().requires_grad_(value.requires_grad)
    if value.grad is not None:
        tensor.grad = value.grad.clone()
    return tensor


def close(got: Any, expected: Any) -> bool:
    if isinstance(expected, tuple):
        same = isinstance(got, (tuple, list)) and len(got) == len(expected)
        return same and all(map(close, got, expected))
    try:
        got, expected = torch.as_tensor(got), torch.as_tensor(expected)
        return torch.allclose(
            got.detach().double().reshape(expected.shape), expected.double(), rtol=1e-4
        )
    except (TypeError, ValueError, RuntimeError):
        return False


def prepare(
    course: Course, assignment: LoadedAssignment, root: Path
) -> tuple[list[RestoredNotebook], Recorder, float]:
    """The notebooks, what to ask of each, and how many seconds the graders took to say it."""
    release, _ = release_in_use(course, assignment)  # what graders run: without the package
    paths = sorted((root / "submitted").glob(f"*/{assignment.id}/{assignment.id}.ipynb"))
    notebooks = [restore(path.read_bytes(), release) for path in paths]
    recorder = Recorder(assignment.id, [path.parts[-3] for path in paths])
    began = time.perf_counter()
    errors = run_pytest(
        course, assignment.exercises, GradingPlugin(course, assignment, ("cpu",), recorder)
    )
    if errors:
        raise SystemExit(str(errors))
    return notebooks, recorder, time.perf_counter() - began


def main() -> None:
    root, name = Path(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(1)
    course = load_course(root)
    assignment = course.assignment(name)
    assert assignment is not None
    notebooks, recorder, recording = prepare(course, assignment, root)
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    floor, seconds = Floor(shell), []
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        for notebook, scripts in zip(notebooks[:8], recorder.scripts, strict=False):  # warm up
            floor.submission(notebook, scripts)
    floor.right = floor.asked = 0
    print("ready", flush=True)
    sys.stdin.readline()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        for notebook, scripts in zip(notebooks, recorder.scripts, strict=True):
            began = time.perf_counter()
            floor.submission(notebook, scripts)
            seconds.append(time.perf_counter() - began)
            quiet.seek(0)
            quiet.truncate()
    print(
        json.dumps({
            "mean": statistics.fmean(seconds),
            "median": statistics.median(seconds),
            "right": floor.right / max(floor.asked, 1),
            "graders": recording / len(notebooks),
        }),
        flush=True,
    )  # fmt: skip
    os._exit(0)  # whatever a student's code has left running


if __name__ == "__main__":
    main()
