"""What the command says where something is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.cli import doctor, installed

# A Python in which these packages are not installed: neither found nor listed.
WITHOUT = """
import importlib.metadata as metadata, sys

ABSENT = set(sys.argv.pop(1).split(","))
MODULES = {"yaml": "pyyaml", "IPython": "ipython"}

class Absent:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if MODULES.get(top, top) in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
known = metadata.version

def version(name):
    if name in ABSENT:
        raise metadata.PackageNotFoundError(name)
    return known(name)

metadata.version = version
from gradeprop.cli.main import main
main()
"""
# typer brings pydantic along, which is no sign of an instructor.
GRADE = [name for name in (*installed.FOR_INSTRUCTORS, "pyseccomp") if name != "pydantic"]


def without(absent: Any, *arguments: Any, cwd: Path) -> Any:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, ",".join(absent), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("init", "new_course"),
        ("new", "a01_slopes/x"),
        ("schema",),
        ("build",),
        ("verify",),
        ("try", "square_derivative", "x.py"),
        ("grade", "a01_slopes"),
        ("show", "a01_slopes", "ada"),
        ("replay", "ada", "a01_slopes"),
        ("feedback", "a01_slopes"),
        ("export", "--to", "csv"),
        ("bundle", "gradescope", "a01_slopes"),
        ("mark", "a01_slopes"),
        ("void",),
    ],
    ids=lambda command: command[0],
)
def test_an_instructors_command_says_what_to_install(command: Any, course: Any) -> None:
    done = without(GRADE, *command, cwd=course)
    assert "pip install 'gradeprop[grade]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (3, "")


def test_a_module_of_our_own_that_is_missing_is_a_fault_and_told_as_one(tmp_path: Path) -> None:
    done = without(["gradeprop.course.load"], "verify", cwd=tmp_path)
    assert done.returncode != 3


@pytest.mark.slow
def test_doctor_has_nothing_against_a_students_installation(tmp_path: Path) -> None:
    done = without(GRADE, "doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "to write exercises and grade: pip install 'gradeprop[grade]'" in done.stdout


@pytest.mark.slow
def test_doctor_tells_an_instructor_what_is_missing(tmp_path: Path) -> None:
    done = without(["orjson"], "doctor", cwd=tmp_path)
    assert done.returncode == 3
    (line,) = [line for line in done.stdout.splitlines() if "✗" in line]
    assert line.split() == ["✗", "orjson", "not", "installed"]


@pytest.mark.slow
def test_without_torch_doctor_and_commands_say_how_to_get_it(course: Any) -> None:
    done = without(["torch"], "build", cwd=course)
    assert (done.returncode, done.stderr) == (
        3,
        "gradeprop: torch is not installed; pip install torch\n",
    )
    done = without((*GRADE, "torch"), "doctor", cwd=course)
    assert done.returncode == 3
    assert "mend it: pip install torch" in done.stdout


def test_a_mac_with_an_intel_processor_is_told_where_to_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installed.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(installed.platform, "machine", lambda: "x86_64")
    said = str(installed.told(ModuleNotFoundError("no torch", name="torch")))
    assert "no packages for Macs with Intel processors" in said
    assert "Colab" in said


@pytest.mark.slow
def test_doctor_misses_no_program_that_is_merely_not_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = gradeprop("doctor", cwd=tmp_path)
    assert "✓ alembic" in done.stdout


def test_a_torch_for_cuda_without_a_gpu_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from gradeprop.grading.run import devices

    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(devices, "gpu_present", lambda: False)
    line = doctor._torch()
    assert line.ok
    assert "5 GB" in line.why
    monkeypatch.setattr(devices, "gpu_present", lambda: True)
    assert doctor._torch().why == ""
