"""What travels arrives as it was, and nowhere else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)
from gradeprop.grading.run.cluster.software import differences, software
from gradeprop.grading.run.cluster.travelling import pack, parcel_of, rerooted, unpack, unwrap
from gradeprop.own_code import code_digest
from grading.conftest import KEY
from grading.run.cluster.conftest import Class


def test_a_parcel_has_the_graders_and_the_plan_without_the_key(
    a_class: Class, tmp_path: Path
) -> None:
    plan = a_class.plan()
    root = Path(plan.course.root)
    (root / "graders" / "shared").mkdir()
    (root / "graders" / "shared" / "table.csv").write_bytes(b"1,2")
    (root / "graders" / "__pycache__").mkdir()
    (root / "graders" / "__pycache__" / "x.pyc").write_bytes(b"old")
    parcel = parcel_of(plan)
    assert parcel.digest == parcel_of(plan).digest
    there = tmp_path / "there"
    there.mkdir()
    unwrapped, home = unwrap(parcel.packed, there)
    assert home == str(root.resolve())
    assert unwrapped.course.root == str(there)
    assert (unwrapped.course_key, plan.course_key) == (b"", KEY)
    assert (there / GRADER).read_bytes() == (root / GRADER).read_bytes()
    assert (there / "graders/shared/table.csv").read_bytes() == b"1,2"
    assert not [*there.rglob("__pycache__")]


@pytest.mark.parametrize("name", ["../outside.py", "a/../../outside.py", "/outside.py"])
def test_no_file_is_written_outside_of_the_folder(
    a_class: Class, tmp_path: Path, name: str
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    with pytest.raises(ValueError, match="not a path below graders/"):
        unwrap(pack((a_class.plan(), "/course", {name: b"x"})), there)
    assert not [*tmp_path.rglob("outside.py")]


def test_a_result_names_the_course_s_folder_wherever_it_named_the_worker_s() -> None:
    check = CheckVerdict(
        "c", "cpu", False, "error", None, 1.0, detail="/tmp/x/graders/a.py:1: boom"
    )
    part = PartResult("p", "code", None, 1.0, "error", None, (check,))
    exercise = ExerciseResult("e", None, 1.0, (part,))
    result = SubmissionResult(
        "ada", "a", "error", None, None, 1.0, 0.0, (exercise,), "none", "cpu", "00",
        versions={"course": "d"},
    )  # fmt: skip
    told: Any = rerooted(result, "/tmp/x", "/home/me/course")
    assert told.exercises[0].parts[0].checks[0].detail == "/home/me/course/graders/a.py:1: boom"
    assert replace(told, exercises=()) == replace(result, exercises=())
    assert rerooted(result, "/tmp/other", "/home/me/course") == result
    assert unpack(pack(result)) == result


def test_what_is_otherwise_there_is_told_by_name() -> None:
    here = software()
    assert here["Python"] == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert differences(here) == ""
    told = differences({**here, "torch": "1.0", "Python": "3.9"})
    assert (
        told
        == f"Python 3.9 there and {here['Python']} here, torch 1.0 there and {here['torch']} here"
    )
    assert "gradeprop none there" in differences({})


def test_the_same_version_of_other_files_or_on_another_processor_is_not_the_same() -> None:
    here = software()
    assert here["gradeprop's files"] == code_digest()[:12]
    told = differences({**here, "gradeprop's files": "0" * 12, "processor": "riscv64"})
    assert told == (
        f"gradeprop's files {'0' * 12} there and {code_digest()[:12]} here, "
        f"processor riscv64 there and {here['processor']} here"
    )
