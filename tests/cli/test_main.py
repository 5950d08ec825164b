"""The command as a whole: how it is called, what it says to what it does not know, and the program
around it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import COMMAND, gradeprop, program
from gradeprop import __version__
from gradeprop.grading.run import devices
from gradeprop.records.files.results import write_result
from records.graded_class import result_for

SCRIPT = [Path(sys.executable).with_name("gradeprop")]


@pytest.mark.parametrize("command", [SCRIPT, COMMAND], ids=["script", "module"])
def test_the_script_and_the_module_are_the_same_command(command: Any) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"gradeprop {__version__}\n", "")


def test_the_program_ends_with_the_errors_exit_code_and_its_words_on_stderr(tmp_path: Path) -> None:
    done = program("grade", "a01_slopes", cwd=tmp_path)
    here = gradeprop("grade", "a01_slopes", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", here.stderr)
    assert done.stderr.startswith("gradeprop: ")
    assert "course.yaml" in done.stderr


def test_where_nobody_reads_on_it_ends_without_a_word(course: Any) -> None:
    for number in range(200):  # more than fits into a pipe
        write_result(course, result_for(f"student-{number}", ()))
    with subprocess.Popen(
        [*COMMAND, "export", "a01_slopes", "--to", "jsonl"],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout.read(1) == b"{"
        run.stdout.close()
        said = run.stderr.read().decode()
    assert "Traceback" not in said
    assert "Broken" not in said
    assert run.returncode == 0


def test_help_lists_every_command_with_a_whole_sentence(tmp_path: Path) -> None:
    shown = gradeprop("--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert shown.stdout.split(None, 2)[:2] == ["Usage:", "gradeprop"]
    lines = dict(
        line.split(None, 1) for line in shown.stdout.partition("Commands:")[2].splitlines() if line
    )
    assert {"build", "verify", "grade", "check", "export", "replay", "doctor"} <= lines.keys()
    assert [
        name for name, summary in lines.items() if not summary.endswith(".") or "..." in summary
    ] == []


def test_a_command_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    shown = gradeprop("gradde", cwd=tmp_path)
    assert shown.returncode == 2
    assert "No such command 'gradde'" in shown.stderr
    assert "--help" in shown.stderr


def test_without_a_course_it_says_what_to_do(tmp_path: Path) -> None:
    shown = gradeprop("grade", "a01_slopes", cwd=tmp_path)
    assert shown.returncode == 2
    assert "course.yaml" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_doctor_tells_why_a_gpu_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "there is a GPU, but CUDA does not start: RuntimeError: system has unsupported display"
    monkeypatch.setattr(devices, "why_no_gpu", lambda: why)
    said = gradeprop("doctor", cwd=tmp_path).stdout
    line = said.index("✗ cuda")
    assert why in said[line:]
    assert "mend it: see that `nvidia-smi` lists it" in said[line:]
