"""The kit that proves the GPU path, as far as a machine without a GPU can test it (see docs/gpu.md)."""

from __future__ import annotations

import importlib
import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
KIT = SCRIPTS / "prove_gpu"
HELPERS = sorted(path.stem for path in KIT.glob("*.py") if path.stem != "__init__")
PARTS = [
    "seccomp",
    "supervisor",
    "landlock",
    "capabilities",
    "limits",
    "user-namespace",
    "own-proc",
    "scratch-size",
    "group",
]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
sys.path.append(str(SCRIPTS))


def kit(name: str) -> ModuleType:
    return importlib.import_module(f"prove_gpu.{name}")


def run(name: str, *arguments: str, first: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A helper as check.sh runs it; with ``first``, another gradeprop than this one."""
    paths = [str(path) for path in (first, SCRIPTS) if path is not None]
    return subprocess.run(
        [sys.executable, "-m", f"prove_gpu.{name}", *arguments],
        env={**os.environ, "PYTHONPATH": ":".join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", HELPERS)
def test_helpers_can_be_imported(name: str) -> None:
    assert (kit(name).__doc__ or "").strip()


def test_only_one_file_knows_where_the_product_keeps_things() -> None:
    knows = re.compile(r"^\s*(?:from|import) gradeprop\.", re.MULTILINE)
    found = [
        name for name in HELPERS if knows.search((KIT / f"{name}.py").read_text(encoding="utf-8"))
    ]
    assert found == ["product"]


# What the product's filters say, worked out without the kernel.


def a_call(name: str, *arguments: int) -> bytes:
    """The kernel's ``struct seccomp_data`` of a call on this machine."""
    sc = pytest.importorskip("pyseccomp")
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    architecture = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.get(os.uname().machine)
    if architecture is None:
        pytest.skip("no numbers for this architecture")
    return struct.pack("=iIQ6Q", sc.resolve_syscall(sc.Arch.NATIVE, name), architecture, 0, *padded)


@pytest.mark.parametrize(
    ("name", "arguments", "refused_at"),
    [
        ("read", (), []),
        ("ptrace", (), ["full", "restricted"]),
        ("memfd_create", (), []),
        ("socket", (1,), ["restricted"]),
        ("socket", (2,), ["full", "restricted"]),
        ("symlinkat", (), ["restricted"]),
        ("mmap", (0, 4096, 3, 1), []),
    ],
)
def test_it_is_told_which_calls_the_filters_for_a_gpu_refuse(
    name: str, arguments: tuple[int, ...], refused_at: list[str]
) -> None:
    call = a_call(name, *arguments)
    product, bpf = kit("product"), kit("bpf")

    def refused(level: str) -> bool:
        filters = product.build_filters(level, supervise=False, signals_scoped=True, gpu=True)
        return bool(bpf.refused(filters.refuse, call))

    assert [level for level in ("full", "restricted") if refused(level)] == refused_at


def test_an_instruction_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="0x7"):
        kit("bpf").answer(struct.pack("=HBBI", 0x07, 0, 0, 0), a_call("read"))


# Leaving a part of the sandbox out.


def test_every_part_is_tested_here() -> None:
    assert list(kit("leave_out").PARTS) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_left_out_of_a_copy_only(part: str, tmp_path: Path) -> None:
    leave_out = kit("leave_out")
    leave_out.copy_without(part, tmp_path)
    original = Path(leave_out.PARTS[part].module.__file__)
    changed = tmp_path / original.relative_to(REPOSITORY / "src")
    before, after = original.read_text(encoding="utf-8"), changed.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert f"left out: {part}" in after[len(before) :]
    compile(after, str(changed), "exec")


def test_what_is_not_there_any_more_is_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out = kit("leave_out")
    monkeypatch.delattr(leave_out.PARTS["landlock"].module, "restrict")
    with pytest.raises(
        leave_out.NothingToLeaveOutError, match=r"landlock has no restrict any more"
    ):
        leave_out.copy_without("landlock", tmp_path)
    monkeypatch.setattr(sys, "argv", ["leave_out", "landlock", str(tmp_path)])
    with pytest.raises(SystemExit, match="no restrict"):
        leave_out.main()


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_a_sandbox_without_a_part_says_so(part: str, tmp_path: Path) -> None:
    problem = importlib.import_module("gradeprop.session.isolation.survey").working("full")
    if problem is not None:
        pytest.skip(f"isolation full does not work here: {problem}")
    tmp_path.chmod(0o755)
    kit("leave_out").copy_without(part, tmp_path)
    done = run("sandbox", "full", "cpu", first=tmp_path)
    assert f"left out: {part}" in done.stdout + done.stderr, done.stdout
    assert done.stdout.endswith("verdict: works\n"), done.stdout


# The results of a class.


def a_result(student: str, *checks: CheckVerdict) -> dict[str, Any]:
    part = PartResult("by_hand", "code", 1.0, 2.0, "failed", None, checks)
    exercise = ExerciseResult("slopes", 1.0, 2.0, (part,))
    return SubmissionResult(
        student, "a01", "graded", None, 1.0, 2.0, 1.0, (exercise,), "full", "cuda", "seed"
    ).to_json()


def a_check(device: str, status: Any, detail: str | None = None) -> CheckVerdict:
    return CheckVerdict("anywhere", device, False, status, 1.0, 1.0, None, detail)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        (
            [a_check("cpu", "passed"), a_check("cuda", "failed", "expected 2, got 3")],
            [
                "ada: graded 1.0 of 2.0, full on cpu, cuda; checks 1, apart 1",
                "slopes.anywhere: cpu: passed; cuda: failed expected 2, got 3",
                "verdict: fails: the devices disagree about 1 checks",
            ],
        ),
        (
            [a_check("cpu", "passed"), a_check("cuda", "passed")],
            [
                "ada: graded 1.0 of 2.0, full on cpu, cuda; checks 1, apart 0",
                "verdict: works: 1 of 1 submissions on the GPU, none apart",
            ],
        ),
        (
            [a_check("cpu", "passed")],
            [
                "ada: graded 1.0 of 2.0, full on cpu; checks 1, apart 0",
                "verdict: fails: no check was made on a GPU",
            ],
        ),
    ],
)
def test_verdicts_of_both_devices_are_put_side_by_side(
    checks: list[CheckVerdict], expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "ada.json").write_text(json.dumps(a_result("ada", *checks)))
    done = run("verdicts", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.strip() for line in done.stdout.splitlines()] == expected


def test_no_results_are_no_success(tmp_path: Path) -> None:
    assert "there are no results" in run("verdicts", str(tmp_path)).stdout


# What travels.


def test_the_wheels_are_what_grading_needs_and_nothing_that_the_machine_has() -> None:
    names = [line.partition("==")[0] for line in run("wheels", "3.12").stdout.splitlines()]
    assert {"pytest", "pyseccomp", "ipython", "pydantic-core"} <= set(names)
    assert not {"torch", "numpy", "colorama", "pywin32"} & set(names)
    assert len(names) == len(set(names))


# Without a GPU every step says what is missing.


@pytest.fixture
def no_gpu() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")


@pytest.mark.slow
@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["torch_alone", "start"], "CUDA|NVIDIA"),
        (["torch_alone", "again"], "CUDA|NVIDIA"),
        (["watch", "30"], "the job did not end well"),
        (["layers", "60"], "first at: nothing, as you are"),
        (["sandbox", "full"], "CUDA does not start|isolation full does not work"),
        (["sandbox", "restricted"], "CUDA does not start|isolation restricted does not work"),
        (["sandbox", "none"], "CUDA does not start"),
    ],
)
def test_without_a_gpu_a_step_ends_with_what_is_missing(arguments: list[str], reason: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    last = done.stdout.splitlines()[-1]
    assert last.startswith("verdict: fails: "), done.stdout
    assert re.search(reason, last), done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("level", ["full", "restricted", "none"])
def test_the_needs_are_told_one_by_one_by_a_cell_in_the_sandbox(
    level: str, sandbox_log: Callable[[str], str]
) -> None:
    said = sandbox_log(level)
    assert "-- cell ok" in said, said
    for need in ("read /proc/self/maps", "a file without a name", "name a thread", "cuInit"):
        assert re.search(rf"^  (ok  |FAIL|none)  {need}", said, re.MULTILINE), said


@pytest.fixture
def sandbox_log(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What the cell of needs prints at a level, without CUDA's allowances."""
    from gradeprop.session.isolation.survey import working

    def at(level: str) -> str:
        problem = None if level == "none" else working(level)  # type: ignore[arg-type]
        if problem is not None:
            pytest.skip(f"isolation {level} does not work here: {problem}")
        sandbox, product = kit("sandbox"), kit("product")
        with product.open_sandbox(level) as box:
            product.without_starting_cuda(box)
            assert sandbox.run(box, sandbox.needs_cell()) == ""
        return capsys.readouterr().out

    return at
