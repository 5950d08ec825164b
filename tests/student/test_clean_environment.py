"""What a student does on a fresh machine: install the package, open a lone notebook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from course.shipped import ROOT
from student.released import filled, saved_by_colab, solutions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CELLS = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
for cell in json.load(open("lone.ipynb"))["cells"]:
    if cell["cell_type"] == "code":
        result = shell.run_cell("".join(cell["source"]))
        result.raise_error()
        if "check" in "".join(cell["source"])[:9]:
            print("value:", result.result)
absent = [name for name in ("nbgrader", "pytest", "yaml", "ipykernel") if name in sys.modules]
print("loaded:", absent)
"""


def run(command: Any, folder: Any, **environment: Any) -> Any:
    done = subprocess.run(
        [str(item) for item in command],
        cwd=folder,
        env={
            **{name: text for name, text in os.environ.items() if name != "PYTHONPATH"},
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The programs of an environment into which nothing was installed but the package."""
    base = tmp_path_factory.mktemp("student")
    shutil.copytree(ROOT / "src" / "gradeprop", base / "source" / "src" / "gradeprop")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, base / "source")
    pip = [sys.executable, "-m", "pip"]
    run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", base, base / "source"], base)
    venv.create(base / "venv", with_pip=True)
    (wheel,) = base.glob("*.whl")
    programs = base / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    install = [programs / "python", "-m", "pip", "install", "--quiet"]
    run([*install, "--constraint", ROOT / "constraints.txt", wheel], base)
    return programs


def test_a_lone_notebook_runs_in_plain_ipython(student: Any, tmp_path: Path) -> None:
    (tmp_path / "lone.ipynb").write_text(
        filled("a01_slopes", solutions("a01_slopes")), encoding="utf-8"
    )
    out = run([student / "python", "-c", CELLS], tmp_path, HOME=str(tmp_path))
    assert "value: 2.0" in out
    assert "value: 1.0" in out
    assert "loaded: []" in out


def test_gradeprop_check_runs_every_notebook_and_needs_no_course(
    student: Any, tmp_path: Path
) -> None:
    for assignment in ("a01_slopes", "a04_descent", "a11_explain"):
        path = tmp_path / f"{assignment}.ipynb"
        path.write_text(saved_by_colab(filled(assignment, solutions(assignment))), encoding="utf-8")
        data = json.loads(run([student / "gradeprop", "check", path, "--json"], tmp_path))
        assert data["earned"] == data["points"] > 0
        assert data["errors"] == []


def test_what_pip_installed_fits_together(student: Any, tmp_path: Path) -> None:
    assert "No broken requirements" in run([student / "python", "-m", "pip", "check"], tmp_path)
    listed = run([student / "python", "-m", "pip", "list"], tmp_path).lower()
    for name in ("nbgrader", "pytest", "pyyaml", "jupyter-server", "pyseccomp"):
        assert f"\n{name} " not in listed
