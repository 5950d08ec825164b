"""The same submissions in other graders: nbgrader, Otter-Grader, and a bare kernel for each
notebook."""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import torch
from floor import Recorder
from nbclient import NotebookClient
from timed import CommandFailedError, run
from workload import Workload

from gradeprop.course.model import CheckedPart
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import restore
from gradeprop.session.interface import Call

_CONFIG = (
    "c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\nc.CourseDirectory.root = "
    "{root!r}\n"
)


@dataclass(frozen=True)
class Peer:
    """What a peer took for one submission. ``warm`` leaves out its start, where that can be told
    apart."""

    name: str
    submissions: int
    seconds: float
    warm: float | None = None
    note: str = ""


class SkippedError(Exception):
    """A peer cannot be measured here; the text says why."""


def nbgrader(work: Workload, students: Sequence[str], folder: Path) -> Peer:
    """``nbgrader autograde`` as it is, without our hook, on the notebook that its own
    ``generate_assignment`` makes of our source: only the public checks, in the student's kernel."""
    name = work.assignment.id
    source = folder / "source" / name / f"{name}.ipynb"
    source.parent.mkdir(parents=True)
    solutions = {
        (exercise.slug, part): text
        for exercise in work.assignment.exercises
        for part, text in exercise.solution.items()
    }
    source.write_bytes(to_notebook(work.release, solutions=solutions))
    (folder / "nbgrader_config.py").write_text(_CONFIG.format(root=str(folder)))
    for student in students:
        shutil.copytree(work.root / "submitted" / student, folder / "submitted" / student)
    scripts = sysconfig.get_path("scripts")
    # it looks for alembic there
    path = {"PATH": os.pathsep.join((scripts, os.environ.get("PATH", "")))}
    command = [Path(scripts) / "nbgrader"]
    run([*command, "generate_assignment", name], folder, path)
    seconds = run([*command, "autograde", name], folder, path)
    marked = sorted((folder / "autograded").glob(f"*/{name}/{name}.ipynb"))
    with sqlite3.connect(folder / "gradebook.db") as database:
        (points,) = database.execute("select sum(auto_score) from grade").fetchone()
    if len(marked) != len(students) or not points:
        raise CommandFailedError(
            f"nbgrader graded {len(marked)} of {len(students)}, {points} points in all"
        )
    times = sorted(file.stat().st_mtime for file in marked)
    warm = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else None
    return Peer(
        f"nbgrader {version('nbgrader')}",
        len(students),
        seconds / len(students),
        warm,
        "public checks only",
    )


def kernel(work: Workload, students: Sequence[str]) -> Peer:
    """A fresh kernel for each restored notebook, its public checks included; nothing is
    recorded."""
    taken = []
    for student in students:
        notebook = nbformat.v4.new_notebook()
        for cell in restore(work.notebooks[student], work.release).cells:
            make = (
                nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
            )
            notebook.cells.append(make(cell.source))
        began = time.monotonic()
        NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3").execute(
            stderr=subprocess.DEVNULL
        )
        taken.append(time.monotonic() - began)
        outputs = [output for cell in notebook.cells[:2] for output in cell.get("outputs", [])]
        if any(output.output_type == "error" for output in outputs):
            raise CommandFailedError(f"the set-up cell fails in a kernel: {outputs}")
    name = f"a kernel for each (nbclient {version('nbclient')})"
    return Peer(name, len(students), statistics.median(taken), None, "public checks only")


def otter(work: Workload, students: Sequence[str], folder: Path, environment: Path) -> Peer:
    """``otter run`` on the same notebooks, with tests that call the same functions with the same
    inputs.

    Raises:
        SkippedError: Otter-Grader cannot be installed.
    """
    program = _otter_program(environment)
    (folder / "tests").mkdir(parents=True)
    for name, text in otter_tests(work).items():
        (folder / "tests" / f"{name}.py").write_text(text)
    run([program, "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements"], folder)
    taken = []
    for student in students:
        notebook = nbformat.reads(work.notebooks[student].decode(), as_version=4)
        # Its own tests take the place of our check cells.
        notebook.cells = [
            cell for cell in notebook.cells if not cell.source.startswith("gp.check(")
        ]
        path = folder / student / f"{work.assignment.id}.ipynb"
        path.parent.mkdir()
        nbformat.write(notebook, path)
        command = [program, "run", "-a", "autograder.zip", "-o", path.parent, "--no-logo", path]
        seconds = run(command, folder)
        if not (path.parent / "results.json").is_file():
            raise CommandFailedError("otter run left no results.json")
        taken.append(seconds)
    python = program.with_name("python")
    asked = [python, "-c", "from importlib.metadata import version; print(version('otter-grader'))"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return Peer(
        f"Otter-Grader {found}", len(students), statistics.median(taken), None, "a command for each"
    )


def _otter_program(environment: Path) -> Path:
    """Otter-Grader in a virtual environment of its own on top of this one, installed if need be."""
    program = environment / "bin" / "otter"
    if program.is_file():
        return program
    python = environment / "bin" / "python"
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", environment], check=True, capture_output=True
        )
        packages = next((environment / "lib").glob("python*/site-packages"))
        ours = sysconfig.get_path("purelib")
        (packages / "below.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        install = [python, "-m", "pip", "install", "--quiet", "otter-grader"]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = error.stderr if isinstance(error.stderr, str) else ""
        raise SkippedError(f"Otter-Grader cannot be installed: {said.strip()[-300:]}") from error
    return program


def otter_tests(work: Workload) -> dict[str, str]:
    """One of Otter's test files for each part: our checks with one student's inputs, as
    doctests."""
    recorder = Recorder(work.assignment.id, ["otter"])
    run_pytest(
        work.course,
        work.assignment.exercises,
        GradingPlugin(work.course, work.assignment, ("cpu",), recorder),
    )
    tests = {}
    for (exercise, part), scripts in recorder.scripts[0].items():
        spec = next(item.spec for item in work.assignment.exercises if item.slug == exercise)
        checks = next(item for item in spec.parts if item.part == part)
        assert isinstance(checks, CheckedPart)
        cases = [
            {
                "code": _doctest(script),
                "hidden": not check.public,
                "locked": False,
                "points": check.points,
            }
            for check, script in zip(checks.checks, scripts, strict=True)
        ]
        suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": f"{exercise}_{part}", "points": None, "suites": [suite]}
        tests[f"{exercise}_{part}"] = f"OK_FORMAT = True\n\ntest = {test!r}\n"
    return tests


def _doctest(script: Script) -> str:
    lines = [
        ">>> def same(got, expected):",
        "...     if isinstance(expected, tuple):",
        "...         return len(got) == len(expected) and all(map(same, got, expected))",
        "...     if isinstance(expected, str):",
        "...         return got == expected",
        "...     got, expected = torch.as_tensor(got).detach(), torch.as_tensor(expected)",
        "...     got = got.double().reshape(expected.shape)",
        "...     return torch.allclose(got, expected.double(), rtol=1e-4)",
    ]
    for probe in script.probes:
        ask = script.asks[probe.handle.ask]
        said = ask.name
        if isinstance(ask, Call):
            words = [_literal(item) for item in ask.arguments]
            words += [f"{key}={_literal(item)}" for key, item in ask.keywords.items()]
            said = f"{ask.name}({', '.join(words)})"
        lines += [f">>> same({said}, {_literal(probe.answer)})", "True"]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    if isinstance(value, TensorState):
        value = value.value
    if isinstance(value, torch.Tensor):
        return f"torch.tensor({value.tolist()!r}, dtype={value.dtype})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))},)"
    return repr(value)
