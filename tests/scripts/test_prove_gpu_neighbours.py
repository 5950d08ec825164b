"""Throughput and fairness on a GPU, as far as a machine without one can test the kit's parts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
KIT = SCRIPTS / "prove_gpu"
sys.path.append(str(SCRIPTS))

from prove_gpu import measured, neighbours  # noqa: E402

MEMORY = measured.Memory("NVIDIA H200", 500, 143_771)


def kit(name: str, *arguments: object, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"prove_gpu.{name}", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}:{SCRIPTS}"},
        capture_output=True,
        text=True,
        check=False,
    )


# What is measured.


def test_memory_is_read_from_what_nvidia_smi_prints() -> None:
    assert measured.parsed("NVIDIA H200, 500, 143771\nNVIDIA H200, 1, 2\n") == MEMORY
    assert measured.parsed("A name, with a comma, 1, 2").device == "A name, with a comma"
    for nothing in ("", "No devices were found\n", "NVIDIA H200, [N/A], [N/A]"):
        assert measured.parsed(nothing) is None


@pytest.mark.parametrize(
    ("used", "code", "verdict"),
    [
        ([500, 9000, 9000, 510], 0, "works: "),
        ([500, 9000, 9000, 8000, 8000, 500], 0, "works: "),  # given back a moment later
        (
            [500, 9000],
            0,
            "fails: memory was not given back: 500 MiB before, 9000 at most, 9000 after",
        ),
        ([500], 3, "fails: exit code 3"),
        ([], 0, "fails: "),
    ],
)
def test_memory_must_be_given_back(
    tmp_path: Path, used: list[int], code: int, verdict: str
) -> None:
    said = list(used)

    def ask() -> Any:
        if not said:
            return None
        return measured.Memory("GPU", said.pop(0) if len(said) > 1 else said[0], 10_000)

    command = [sys.executable, "-c", f"import time; time.sleep(0.3); raise SystemExit({code})"]
    found = measured.measured(4, command, tmp_path, ask, return_s=2.0)
    assert found.verdict.startswith(verdict), found
    assert found.submissions == 4
    assert found.per_second == pytest.approx(4 / found.seconds, rel=0.5)


def test_figures_are_written_as_json_and_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    file = tmp_path / "class.json"
    code = "print('graded'); raise SystemExit(1)"
    done = kit("measured", file, 12, tmp_path, sys.executable, "-c", code)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("verdict: fails: exit code 1")
    told = json.loads(file.read_text())
    assert (told["submissions"], told["exit_code"]) == (12, 1)
    assert {"before_mb", "peak_mb", "after_mb", "per_second", "seconds"} <= set(told)


def test_speed_once_warm_is_that_of_the_results_after_the_first(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.touch()
    os.utime(old, (1, 1))
    lines = ["import os, time", "now = time.time()"]
    for number in range(5):
        name = str(tmp_path / f"{number}.json")
        lines += [f"open({name!r}, 'w')", f"os.utime({name!r}, (now + {number / 2},) * 2)"]
    command = [sys.executable, "-c", "\n".join(lines)]
    found = measured.measured(5, command, tmp_path, lambda: MEMORY, return_s=0)
    assert found.warm_per_second == pytest.approx(2, rel=0.01)
    assert "submissions/s, 2.00 once warm; " in found.verdict
    assert measured.measured(5, command, tmp_path / "none", lambda: MEMORY).warm_per_second is None


# Who is handed in.


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("neighbours")
    done = kit("neighbours", "hand-in", folder)
    assert done.returncode == 0, done.stderr
    return folder


def students(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_same_students_are_handed_in_alone_and_among_bad_ones(handed: Path) -> None:
    alone, crowded = students(handed / "alone"), students(handed / "crowded")
    assert len(alone) == neighbours.STUDENTS
    assert len(crowded - alone) == len(neighbours.BAD)
    for student in alone:
        name = f"{student}/a01_slopes/a01_slopes.ipynb"
        assert (handed / "alone" / name).read_bytes() == (handed / "crowded" / name).read_bytes()
    check = (KIT / "check.sh").read_text(encoding="utf-8")
    assert f"grade_neighbours alone {len(alone)}'" in check
    assert f"grade_neighbours crowded {len(crowded)}'" in check


def test_their_notebooks_are_valid_and_the_bad_ones_hold_what_they_are_to_do(handed: Path) -> None:
    for path in handed.glob("*/*/*/*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for name, source in neighbours.BAD.items():
        (path,) = (handed / "crowded").glob(f"*-{name}/*/*.ipynb")
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        assert source.strip() in cells


@pytest.mark.parametrize("name", neighbours.BAD)
def test_a_bad_one_does_nothing_without_a_gpu_and_harms_by_calls_that_torch_has(name: str) -> None:
    import torch

    source = neighbours.BAD[name]
    names: dict[str, Any] = {}
    exec(compile(source, name, "exec"), names)
    assert names["d_square"](torch.tensor([3.0])).tolist() == [6.0]
    for called in re.findall(r"\btorch((?:\.\w+)+)", source):
        found: Any = torch
        for part in called.split(".")[1:]:
            found = getattr(found, part)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_of_it_on_a_cpu_finds_no_difference_and_says_that_no_gpu_took_part(
    handed: Path, tmp_path: Path
) -> None:
    for name in ("exercises", "graders", "solutions"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "course.yaml", tmp_path)
    for name in ("alone", "crowded"):
        options = (
            "--submitted",
            handed / name,
            "--device",
            "cpu",
            "--isolation",
            "none",
            "--force",
        )
        command = [sys.executable, "-m", "gradeprop", "grade", "a01_slopes", *map(str, options)]
        done = kit(
            "measured", tmp_path / f"{name}.json", 11, "results/a01_slopes", *command, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        shutil.move(tmp_path / "results" / "a01_slopes", tmp_path / name)
    done = kit("neighbours", "compare", tmp_path / "alone", tmp_path / "crowded")
    lines = done.stdout.splitlines()
    assert lines[-1] == "verdict: fails: no check was made on a GPU"
    # The bad ones are right on a CPU.
    best = json.loads((tmp_path / "alone" / "good-0.json").read_text())["auto_score"]
    assert lines[:-1] == [
        f"{name}: needs_manual {best}" for name in ("a-fills", "good-3-leaves_running", "z-crashes")
    ]


# What is compared.


def results(folder: Path, students: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for student, (status, device, whole) in students.items():
        check = {"check": "anywhere", "device": device, "status": status}
        part = {"part": "by_hand", "checks": [check]}
        exercises = [{"exercise": "slopes", "parts": [part]}]
        told = {"status": whole, "auto_score": 1.0, "exercises": exercises}
        (folder / f"{student}.json").write_text(json.dumps(told))
    return folder


GOOD = {"ada": ("passed", "cuda", "graded"), "bob": ("failed", "cuda", "graded")}
BAD = {f"bad-{name}": ("timeout", "cuda", "graded") for name in neighbours.BAD}


@pytest.mark.parametrize(
    ("alone", "crowded", "expected"),
    [
        (GOOD, {**GOOD, **BAD}, "works: 2 neighbours have the same verdicts beside 3 bad ones"),
        (GOOD, {**GOOD, **BAD, "ada": ("memory", "cuda", "graded")}, "fails: 1 differences"),
        (GOOD, {**BAD, "ada": GOOD["ada"]}, "fails: 1 differences"),  # bob got no result
        (GOOD, {**GOOD, **BAD, "bad-fills": ("error", "cuda", "error")}, "fails: 1 differences"),
        (GOOD, GOOD, "fails: 2 neighbours and 0 bad ones have results"),
        ({}, {}, "fails: 0 neighbours and 0 bad ones have results"),
        (
            {"ada": ("passed", "cpu", "graded")},
            {"ada": ("passed", "cpu", "graded"), **BAD},
            "fails: no check was made on a GPU",
        ),
    ],
)
def test_a_neighbour_who_fares_otherwise_is_found(
    alone: dict[str, Any], crowded: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    found = neighbours.compared(
        results(tmp_path / "alone", alone), results(tmp_path / "crowded", crowded)
    )
    assert found[-1] == f"verdict: {expected}"
