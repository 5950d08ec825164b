"""Any name that a folder can have is a student's id, and no screen obeys it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in, program
from course.minimal import write_course
from gradeprop.records.files.names import shown_id

NONE = ("--isolation", "none")
THAI = "กขคงจ" * 6
ROW = "ada\nbob  0  0  0  graded"
ODD = [
    THAI,
    "x" * 255,
    ROW,
    "a\r\x1b[2K\x1b[31mred\x1b[0m\x07",
    "c1 \x9b31m",
    "\u202etxt.exe\u2066",
    "tab\there",
    " blank ",
    "=1+1",
    "-rf",
    'O\'Neill "x"; $(id)',
    "Ada",
    "ADA",
    os.fsdecode(b"caf\xe9"),
    "zoë 李 🙂",
]


def obeyed(text: str) -> Any:
    """What a terminal would obey, and lines that imitate others."""
    return [char for char in text if not char.isprintable() and char not in "\r\n"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The course, and what `grade` printed."""
    root = write_course(tmp_path_factory.mktemp("odd"))
    assert gradeprop("build", cwd=root).returncode == 0
    for student in ODD:
        hand_in(root, student, answered(root, SOLVED))
    return root, gradeprop("grade", "a01_slopes", *NONE, "--workers", "1", cwd=root)


def test_everybody_is_graded_and_the_files_keep_the_very_id(graded: Any) -> None:
    root, done = graded
    assert done.returncode == 0, done.stderr
    results = [
        json.loads(path.read_bytes()) for path in (root / "results" / "a01_slopes").iterdir()
    ]
    assert {item["student"]: item["auto_score"] for item in results} == dict.fromkeys(ODD, 4.0)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "minimal") as gradebook:
        assert len(gradebook.assignment_submissions("a01_slopes")) == len(ODD)
    again = gradeprop("grade", "a01_slopes", *NONE, cwd=root)
    assert f"{len(ODD)} of {len(ODD)} unchanged" in again.stderr


def test_the_class_table_has_one_harmless_row_for_each(graded: Any) -> None:
    _, done = graded
    assert obeyed(done.stdout + done.stderr) == []
    rows = [line for line in done.stdout.splitlines() if "to mark; " in line]
    assert len(rows) == len(ODD)
    assert not any(line.startswith("bob") for line in done.stdout.splitlines())


@pytest.mark.parametrize("to", ["csv", "canvas", "moodle", "junit", "jsonl"])
def test_an_export_to_the_screen_shows_a_spelling_and_the_file_keeps_the_id(
    graded: Any, to: str, tmp_path: Path
) -> None:
    root, _ = graded
    run = program if to == "csv" else gradeprop  # which starts far sooner
    shown = run("export", "a01_slopes", "--to", to, cwd=root)
    assert shown.returncode == 0, shown.stderr
    assert obeyed(shown.stdout + shown.stderr) == []
    assert "\nbob" not in shown.stdout
    written = gradeprop("export", "a01_slopes", "--to", to, "--output", tmp_path / "x", cwd=root)
    assert written.returncode == 0, written.stderr
    if to == "csv":
        ids = {row["student"] for row in csv.DictReader(io.StringIO(shown.stdout))}
        assert {shown_id(ROW), shown_id(THAI), "'=1+1"} <= ids
        text = (tmp_path / "x").read_bytes().decode()
        exact = {row["student"] for row in csv.DictReader(io.StringIO(text, newline=""))}
        assert {ROW, THAI, "'=1+1", "\u202etxt.exe\u2066"} <= exact


@pytest.mark.parametrize("to", ["csv", "jsonl"])
def test_a_course_on_the_screen_is_harmless_too(graded: Any, to: str) -> None:
    root, _ = graded
    shown = gradeprop("export", "--to", to, cwd=root)
    assert shown.returncode == 0, shown.stderr
    assert obeyed(shown.stdout + shown.stderr) == []
    assert "\nbob" not in shown.stdout + shown.stderr


@pytest.mark.parametrize("student", ODD)
def test_every_command_finds_the_student(graded: Any, student: str) -> None:
    root, _ = graded
    for command in (("show", "a01_slopes", "--json"), ("show", "a01_slopes")):
        done = gradeprop(*command, "--", student, cwd=root)
        assert done.returncode == 0, done.stderr
        assert obeyed(done.stdout + done.stderr) == []
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"{shown_id(student)}: a01_slopes")


def test_feedback_and_files_for_each_student_can_be_written(graded: Any, tmp_path: Path) -> None:
    root, _ = graded
    done = gradeprop("feedback", "a01_slopes", cwd=root)
    assert done.returncode == 0, done.stderr
    assert obeyed(done.stdout + done.stderr) == []
    assert len(done.stdout.splitlines()) == len(ODD)
    assert (root / "feedback" / THAI / "a01_slopes" / "a01_slopes.html").is_file()
    for to in ("code", "gradescope"):
        done = gradeprop("export", "a01_slopes", "--to", to, "--output", tmp_path / to, cwd=root)
        assert done.returncode == 0, done.stderr
        assert len(list((tmp_path / to).iterdir())) == len(ODD)
    assert all(
        (folder / "square_derivative-by_hand.py").is_file()
        for folder in (tmp_path / "code").iterdir()
    )


def test_a_regrade_and_json_are_harmless_too(graded: Any, tmp_path: Path) -> None:
    root = shutil.copytree(graded[0], tmp_path / "course")
    path = root / "submitted" / ROW / "a01_slopes" / "a01_slopes.ipynb"
    path.write_bytes(answered(root, HALVED))
    done = gradeprop("grade", "a01_slopes", *NONE, "--json", cwd=root)
    assert done.returncode == 0, done.stderr
    assert obeyed(done.stdout + done.stderr) == []
    assert shown_id(ROW)[:10] in done.stderr
    assert {item["student"] for item in json.loads(done.stdout)["results"]} == set(ODD)
    replayed = gradeprop("replay", ROW, "a01_slopes", *NONE, cwd=root)
    assert "The kept result says the same." in replayed.stdout


def test_two_that_are_one_to_the_gradebook_are_named_and_the_others_graded(
    graded: Any, tmp_path: Path
) -> None:
    root = shutil.copytree(graded[0], tmp_path / "course")
    hand_in(root, "caf%E9", answered(root, SOLVED))
    hand_in(root, "late", answered(root, SOLVED))
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=root)
    assert done.returncode == 2
    assert "Not graded: “caf%25E9” and “caf%E9” are one student to the gradebook" in done.stderr
    assert "Traceback" not in done.stderr
    assert (root / "results/a01_slopes/late.json").is_file()
    assert not (root / "results/a01_slopes/caf%25E9.json").exists()
    alone = gradeprop("grade", "a01_slopes", *NONE, "--student", "caf%E9", cwd=root)
    assert alone.returncode == 2
    assert "Not graded" in alone.stderr
