"""The script of the kit that proves the GPU path, run with a stand-in for Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
KIT = SCRIPTS / "prove_gpu"
HELPERS = sorted(path.stem for path in KIT.glob("*.py") if path.stem != "__init__")
SHELL = sorted(path.name for path in KIT.glob("*.sh"))

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
sys.path.append(str(SCRIPTS))

from prove_gpu import leave_out  # noqa: E402


@pytest.mark.parametrize("name", SHELL)
def test_shell_scripts_have_no_slips_of_syntax(name: str) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    done = subprocess.run(
        [bash, "-n", str(KIT / name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_check_calls_helpers_that_exist_and_the_page_explains_every_step() -> None:
    check = (KIT / "check.sh").read_text(encoding="utf-8")
    page = (REPOSITORY / "docs" / "gpu.md").read_text(encoding="utf-8")
    assert set(re.findall(r"prove_gpu\.(\w+)", check)) <= set(HELPERS)
    steps = re.findall(r"^ *step \"?(\w+)", check, re.MULTILINE)
    assert len(steps) > 10
    assert [step for step in steps if f"`{step.removesuffix('_')}" not in page] == []
    assert [part for part in leave_out.PARTS if f"`{part}`" not in page] == []


STUB = """#!/bin/sh
echo "$*" >> "$CALLS"
mkdir -p results/a01_slopes && touch results/a01_slopes/ada.json
case "$*" in *crowded*) exit 1 ;; esac
"""


def test_the_scripts_functions_grade_measured_and_keep_what_came_out(tmp_path: Path) -> None:
    """As check.sh calls them, with a stand-in for Python; a class that fails is kept, too."""
    check = (KIT / "check.sh").read_text(encoding="utf-8")
    functions = re.findall(r"^(?:measured|grade_neighbours)\(\) \{.*?^\}", check, re.M | re.DOTALL)
    assert len(functions) == 2
    python = tmp_path / "python"
    python.write_text(STUB)
    python.chmod(0o755)
    (tmp_path / "results" / "a01_slopes").mkdir(parents=True)
    (tmp_path / "results" / "a01_slopes" / "stale.json").touch()
    calls = "\n".join(re.findall(r"bash -c '(grade_neighbours [^']*)'", check))
    done = subprocess.run(
        ["bash", "-u", "-c", "\n".join([*functions, calls])],
        cwd=tmp_path,
        env={
            **os.environ,
            **{"PYTHON": str(python), "CALLS": str(tmp_path / "calls"), "best": "full"},
            **{"OUT": "/out", "work": str(tmp_path)},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert [path.name for path in (tmp_path / "alone").iterdir()] == ["ada.json"]
    assert [path.name for path in (tmp_path / "crowded").iterdir()] == ["ada.json"]
    first = (tmp_path / "calls").read_text().splitlines()[0]
    assert first == (
        f"-m prove_gpu.measured /out/alone.json 8 results/a01_slopes {python} -m gradeprop grade a01_slopes --submitted "
        f"{tmp_path}/neighbours/alone --force --device cuda --isolation full --workers 4"
    )


PYTHON = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in *$HANGS*) sleep 60 ;; esac
case "$*" in *measured*a0*) mkdir -p results/a01_slopes results/a04_descent ;; esac
case "$*" in *leave_out) echo seccomp ;; esac
case "$*" in *$FAILS*) echo "verdict: fails: $*" ;; *) echo "verdict: works: $*" ;; esac
"""
LIBRARIES = "libseccomp.so.2 libcap.so.2 libselinux.so.1 libpcre2-8.so.0"


class Checked:
    """What a run of check.sh did.

    Args:
        fails, hangs: of which calls of Python the verdict is bad, or no end comes.
        gpu: what `nvidia-smi` does.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fails: str = "nothing",
        hangs: str = "nothing",
        gpu: str = "true",
        limit: int = 525,
    ) -> None:
        kit, stubs, product = (folder / name for name in ("kit", "stubs", "product"))
        for made in (kit, stubs, product / "src"):
            made.mkdir(parents=True)
        shutil.copy(KIT / "check.sh", kit)
        (kit / "facts.sh").write_text("true")
        with tarfile.open(kit / "product.tgz", "w:gz") as file:
            file.add(product / "src", "src")
        # Nothing is to be put in place on the machine that runs the tests.
        commands = {"ldconfig": f"echo {LIBRARIES}", "bwrap": "true", "nvidia-smi": gpu}
        for name, does in commands.items():
            (stubs / name).write_text(f"#!/bin/sh\n{does}\n")
        (stubs / "python").write_text(PYTHON)
        for stub in stubs.iterdir():
            stub.chmod(0o755)
        environment = {
            **os.environ,
            **{"PATH": f"{stubs}:{os.environ['PATH']}", "PYTHON": str(stubs / "python")},
            **{"CALLS": str(folder / "calls"), "FAILS": fails, "HANGS": hangs},
            **{"OUT": str(folder / "out"), "TMPDIR": str(folder), "LIMIT": str(limit)},
        }
        began = time.monotonic()
        self.done: Any = subprocess.run(
            ["bash", str(kit / "check.sh")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.seconds = time.monotonic() - began
        self.calls = (folder / "calls").read_text().splitlines()
        self.report = (folder / "out" / "report.txt").read_text()

    def place(self, *words: str) -> int:
        """Where the first call with all these words stands."""
        return next(
            number for number, call in enumerate(self.calls) if all(word in call for word in words)
        )


def test_what_tells_most_comes_first_where_full_works(tmp_path: Path) -> None:
    run = Checked(tmp_path)
    assert (run.done.returncode, run.done.stderr) == (0, "")
    places = [
        run.place("sandbox full"),
        run.place("measured", "class.json"),
        run.place("verdicts", "a04_descent"),
        run.place("measured", "alone.json"),
        run.place("measured", "crowded.json"),
        run.place("neighbours compare"),
        run.place("prove_gpu.solutions"),
        run.place("sandbox restricted"),
        run.place("sandbox none"),
        run.place("-m pytest"),
    ]
    assert places == sorted(places)
    assert "The GPU works at isolation full.\n" in run.report
    assert "misuse the device: works: " in run.report
    assert "without_" not in run.report


def test_the_other_levels_are_tried_at_once_where_full_does_not_work(tmp_path: Path) -> None:
    run = Checked(tmp_path, fails="sandbox*full")
    assert run.place("sandbox restricted") < run.place("sandbox none") < run.place("class.json")
    assert "The GPU works at isolation restricted, not at full: fails: " in run.report
    assert sum("sandbox restricted" in call for call in run.calls) == 1
    assert any("--isolation restricted" in call for call in run.calls)


@pytest.mark.slow
def test_it_ends_in_time_and_a_class_that_was_cut_says_nothing_about_neighbours(
    tmp_path: Path,
) -> None:
    """Nor does it wait for a GPU that answers nobody any more."""
    run = Checked(tmp_path, hangs="crowded.json", gpu="exec sleep 60", limit=40)
    assert run.seconds < 40
    assert "== crowded: not done after" in run.done.stdout
    assert "neighbours of students who misuse the device: not run: there was no time" in run.report
    assert not any("neighbours compare" in call for call in run.calls)
    assert "nvidia-smi does not answer" in run.report


def test_only_steps_and_what_has_a_limit_of_its_own_start_python() -> None:
    """Once a GPU hangs, whatever touches it may never come back."""
    check = (KIT / "check.sh").read_text(encoding="utf-8")
    functions = re.compile(
        r"^(?:install_missing|grade_solutions|measured)\(\) \{.*?^\}", re.M | re.DOTALL
    )
    outside = functions.sub("", check).splitlines()  # these are run by steps
    starts = [line for line in outside if re.search(r'"\$PYTHON" -|nvidia-smi -', line)]
    assert len(starts) > 10
    assert [line for line in starts if not re.search(r"\b(step|quick|timeout) ", line)] == []
