"""Grading where nothing can be forked or isolated, as far as it can be seen without such a machine:
in processes that look like macOS and Windows to our code (see `other_systems/pretended.py`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.at_terminal import Marker
from cli.conftest import COMMAND, HALVED, SOLVED, answered, hand_in, result_of
from cli.other_systems import pretended
from course.minimal import write_course

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HERE = Path(__file__).parent / "other_systems"
SOURCE = Path(__file__).parents[2] / "src"
NONE = ("--isolation", "none")
ENDLESS = {**SOLVED, "square_derivative-by_hand": "def d_square(w):\n    while True: pass"}
LEAVING = {
    **SOLVED,
    "square_derivative-by_hand": "def d_square(w):\n    import os\n    os._exit(7)",
}
WRITTEN = {**SOLVED, "explain_sign-why": "A negative slope falls to the right."}
# What of the package Linux alone can import or use.
LINUX_ONLY = {
    *(f"gradeprop.session.isolation.{name}" for name in (
        "bubblewrap", "filters", "forker", "landlock", "launch", "layers", "mounts", "other_user",
        "own_folder", "scratch", "selftest", "stepdown", "supervisor", "syscalls",
    )),
    "gradeprop.session.warm.main",
    "gradeprop.session.student.checkers",
}  # fmt: skip


@dataclass
class Elsewhere:
    """A system that is pretended."""

    system: str
    course: Path
    log: Path
    done: list[Any] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(SOURCE)]),
            "PYTHONWARNDEFAULTENCODING": "1",
            # What a pipe has on Windows in western Europe.
            "PYTHONIOENCODING": {"darwin": "utf-8", "win32": "cp1252"}[self.system],
            "GRADEPROP_PRETENDED": self.system,
            "GRADEPROP_PRETENDED_LOG": str(self.log),
            "COLUMNS": "80",
        }

    def __call__(self, *arguments: Any, code: int = 0) -> Any:
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=self.course,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding=self.environment["PYTHONIOENCODING"],
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def noted(self, kind: str) -> list[str]:
        lines = [line for file in self.log.glob("*.log") for line in file.read_text().splitlines()]
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{kind} ")]


@pytest.fixture(scope="module", params=["darwin", "win32"])
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Elsewhere:
    """A course, built and handed in there."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "log").mkdir()
    course = write_course(folder / "course")
    with (course / "course.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\nlimits: {check_s: 1, cell_s: 5, total_s: 20}\n")
    found = Elsewhere(request.param, course, folder / "log")
    found("build", *NONE)
    for student, answers in {
        "ada": SOLVED,
        "bob": HALVED,
        "eve": ENDLESS,
        "zoë": LEAVING,
    }.items():
        hand_in(course, student, answered(course, answers))
    found.done.append(found("grade", "a01_slopes", *NONE))
    return found


def checks_of(course: Path, name: str) -> dict[str, str]:
    parts = result_of(course, name)["exercises"][0]["parts"]
    return {check["check"]: check["status"] for part in parts for check in part["checks"]}


def test_a_class_is_graded_with_a_warning(elsewhere: Elsewhere) -> None:
    (done,) = elsewhere.done
    assert "Warning" in done.stderr
    right = result_of(elsewhere.course, "ada")
    assert (right["auto_score"], right["isolation"]) == (4.0, "none")
    wrong = result_of(elsewhere.course, "bob")
    assert "missing_factor_two" in json.dumps(wrong)
    assert 0 < wrong["auto_score"] < 4


@pytest.mark.parametrize(("student", "status"), [("eve", "timeout"), ("zo%C3%AB", "killed")])
def test_what_hangs_or_crashes_costs_itself(
    elsewhere: Elsewhere, student: str, status: str
) -> None:
    found = result_of(elsewhere.course, student)
    assert found["status"] in ("graded", "needs_manual")
    assert status in checks_of(elsewhere.course, student).values()
    # Those before it and after it count.
    assert "passed" in json.dumps(found)


def test_it_says_plainly_what_there_is(elsewhere: Elsewhere) -> None:
    called = {"darwin": "macOS", "win32": "Windows"}[elsewhere.system]
    refused = elsewhere("grade", "a01_slopes", "--force", code=3)
    assert f"need Linux, and this is {called}" in " ".join(refused.stderr.split())
    assert "--isolation none" in refused.stderr
    looked = elsewhere("doctor", code=3)
    assert f"this is {called}" in looked.stdout
    assert "container image" in looked.stdout
    assert "--help" in elsewhere("--help").stdout


def test_graders_are_verified(elsewhere: Elsewhere) -> None:
    done = elsewhere("verify", "square_derivative", *NONE)
    assert "square_derivative" in done.stdout


def test_every_other_command_works(elsewhere: Elsewhere) -> None:
    course = elsewhere.course
    notebook = course / "submitted/bob/a01_slopes/a01_slopes.ipynb"
    assert "0 of 1 check passed" in elsewhere("check", notebook).stdout
    assert "missing_factor_two" in elsewhere("show", "a01_slopes", "bob", "--json").stdout
    elsewhere("feedback", "a01_slopes")
    elsewhere("export", "a01_slopes", "--to", "csv", "--output", "marks.csv")
    assert "zoë" in (course / "marks.csv").read_text(encoding="utf-8")
    told = json.loads(elsewhere("show", "a01_slopes", "zoë", "--json").stdout)
    assert told["student"] == "zoë"
    again = elsewhere("grade", "a01_slopes", *NONE)
    assert "unchanged" in again.stderr


def test_explanations_are_marked_in_a_terminal(elsewhere: Elsewhere) -> None:
    hand_in(elsewhere.course, "ida", answered(elsewhere.course, WRITTEN))
    elsewhere("grade", "a01_slopes", *NONE)
    # What the screen itself asks the system for is Textual's, which knows these systems.
    environment = {**elsewhere.environment, "PYTHONIOENCODING": "utf-8"}
    marker = Marker(elsewhere.course, environment=environment, patience_s=240)
    marker.sees("not marked yet")
    marker.presses("1")
    marker.sees("of 2 points, marked")
    marker.presses("q")
    assert marker.leaves()[1] == 0


def test_nothing_of_linux_was_reached(elsewhere: Elsewhere) -> None:
    assert elsewhere.noted("reached") == []
    assert "gradeprop.session.warm.fresh" in elsewhere.noted("import")
    assert not LINUX_ONLY & set(elsewhere.noted("import"))
    ended = elsewhere.noted("taskkill")
    assert bool(ended) == (elsewhere.system == "win32")


def test_no_module_that_other_systems_load_imports_what_they_lack(elsewhere: Elsewhere) -> None:
    absent = pretended.ABSENT[elsewhere.system]
    for module in sorted(set(elsewhere.noted("import"))):
        path = SOURCE.joinpath(*module.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        assert pretended.posix_imports(file, absent) == [], module


def test_what_is_pretended_is_absent_for_us_alone(tmp_path: Path) -> None:
    """Else the tests above would show nothing."""
    code = """
import pretended, os
pretended.begin("win32", {log!r})
ours = {{"__name__": "gradeprop.x", "__builtins__": __builtins__}}
def tried(source):
    try:
        exec(source, ours)
    except (ImportError, AttributeError, RuntimeError, OSError) as error:
        return isinstance(error, ImportError) or "pretended" in str(error)
    return False
for source in (
    "import fcntl", "import os; os.fork()", "from os import pread", "import signal; signal.SIGKILL",
    "from socket import SCM_RIGHTS", "from socket import socket; socket.recvmsg",
    "import select; select.poll()", "open('/proc/self/maps')", "import resource",
    "import pwd", "import ctypes; ctypes.CDLL(None)",
):
    assert tried(source), source
exec("import sys, os; assert (sys.platform, os.name) == ('win32', 'nt')", ours)
import sys, fcntl
assert sys.platform != "win32" and os.name != "nt" and os.pread and open("/proc/self/maps")
print("so it is")
"""
    done = subprocess.run(
        [sys.executable, "-c", code.format(log=str(tmp_path))],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "so it is", done.stderr
