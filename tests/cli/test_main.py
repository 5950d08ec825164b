"""The command as a whole: how it is called, and what it says to what it does not know."""

import subprocess
import sys
from pathlib import Path

from cli.conftest import gradeprop
from gradeprop import __version__


def test_the_script_and_the_module_are_the_same_command(tmp_path):
    script = Path(sys.executable).with_name("gradeprop")
    by_script = subprocess.run(
        [script, "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    by_module = gradeprop("--version", cwd=tmp_path)
    assert by_script.stdout == by_module.stdout == f"gradeprop {__version__}\n"
    assert (by_module.returncode, by_module.stderr) == (0, "")


def test_help_lists_every_command_with_a_whole_sentence(tmp_path):
    shown = gradeprop("--help", cwd=tmp_path)
    assert shown.returncode == 0
    lines = dict(
        line.split(None, 1) for line in shown.stdout.partition("Commands:")[2].splitlines() if line
    )
    assert {"build", "verify", "grade", "check", "export", "replay", "doctor"} <= lines.keys()
    assert [
        name for name, summary in lines.items() if not summary.endswith(".") or "..." in summary
    ] == []


def test_a_command_that_does_not_exist_is_a_usage_error(tmp_path):
    shown = gradeprop("gradde", cwd=tmp_path)
    assert shown.returncode == 2
    assert "No such command 'gradde'" in shown.stderr
    assert "--help" in shown.stderr


def test_without_a_course_it_says_what_to_do(tmp_path):
    shown = gradeprop("grade", "a01_slopes", cwd=tmp_path)
    assert shown.returncode != 0
    assert "course.yaml" in shown.stderr
    assert "Traceback" not in shown.stderr
