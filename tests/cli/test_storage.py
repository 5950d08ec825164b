"""A disk that is full or cannot be written, and two runs at once: nothing is lost, and what is
wrong is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from cli.conftest import COMMAND, HALVED, SOLVED, answered, gradeprop, hand_in, result_of
from gradeprop.errors import StorageError
from gradeprop.records.shards.notes import Note, NoteFile
from gradeprop.records.shards.shard import Shard

NONE = ("--isolation", "none")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a file system")


@contextmanager
def mounted(place: Path, *options: Any) -> Iterator[None]:
    """A file system of its own at a folder."""
    if subprocess.run(["mount", *options, place], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def fill(path: Any) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))


@AS_ROOT
@pytest.mark.parametrize("options", ["size=16k", "size=1m,ro"])
@pytest.mark.parametrize(
    "folder",
    [
        "results/a01_slopes",
        pytest.param("autograded", marks=pytest.mark.slow),
        pytest.param(".gradeprop/unrecorded", marks=pytest.mark.slow),
    ],
)
def test_a_full_or_read_only_disk_exits_with_3_and_loses_nothing(
    built: Any, folder: str, options: str
) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    kept = (built / "results/a01_slopes/ada.json").read_bytes()
    place = built / folder
    place.mkdir(exist_ok=True)
    with mounted(place, "-t", "tmpfs", "-o", options, "none"):
        if "ro" not in options:
            fill(place / "filler")
        done = gradeprop("grade", "a01_slopes", "--force", *NONE, cwd=built)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "make the folder writable and see that the disk has room" in done.stderr
    assert "Traceback" not in done.stderr
    assert (built / "results/a01_slopes/ada.json").read_bytes() == kept
    again = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert again.returncode == 0, again.stderr
    assert result_of(built, "ada")["auto_score"] == 4.0
    assert not list(built.rglob(".writing-*"))


@AS_ROOT
def test_a_disk_without_room_for_one_result_is_told_before_anything_is_graded(
    built: Any,
) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    key = built / ".gradeprop" / "course.key"
    key.parent.mkdir(exist_ok=True)
    key.write_text("5a" * 32)
    place = built / "results" / "a01_slopes"
    place.mkdir(parents=True)
    with mounted(place, "-t", "tmpfs", "-o", "size=32k", "none"):
        for options in ((), ("--shard", "1/1")):
            done = gradeprop("grade", "a01_slopes", *NONE, *options, cwd=built)
            assert done.returncode == 3, (done.stdout, done.stderr)
            assert "results/a01_slopes/.probe: cannot write this file" in done.stderr
            assert "see that the disk has room" in done.stderr


def test_a_shard_whose_disk_fills_up_says_to_make_room(tmp_path: Path) -> None:
    noted = NoteFile(tmp_path, "a01_slopes", Shard(1, 1))
    (tmp_path / "results/a01_slopes/.shards/1-of-1.jsonl").unlink()
    (tmp_path / "results/a01_slopes/.shards/1-of-1.jsonl").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"No space left.*see that the disk has room"):
        noted.add(Note("ada", "", "", {}, ""))


@AS_ROOT
def test_a_course_on_a_read_only_disk_is_told_with_exit_code_3(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    with mounted(built, "--bind", built):
        subprocess.run(["mount", "-o", "remount,bind,ro", built], check=True)
        for command in (("grade", "a01_slopes", *NONE), ("build",), ("void", "shape")):
            done = gradeprop(*command, cwd=built)
            assert done.returncode == 3, (command, done.stdout, done.stderr)
            assert "Traceback" not in done.stderr


@pytest.mark.slow
@AS_ROOT
def test_a_gradebook_on_a_full_disk_costs_no_result_and_is_told_later(built: Path) -> None:
    course = built / "course.yaml"
    course.write_text(course.read_text() + "gradebook: sqlite:///db/gradebook.db\n")
    (built / "db").mkdir()
    hand_in(built, "ada", answered(built, HALVED))
    with mounted(built / "db", "-t", "tmpfs", "-o", "size=1m", "none"):
        assert gradeprop("grade", "a01_slopes", *NONE, cwd=built).returncode == 0
        for number in range(40):
            hand_in(built, f"s{number}", answered(built, SOLVED))
        fill(built / "db" / "filler")
        done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
        assert done.returncode == 3, (done.stdout, done.stderr)
        assert "the gradebook cannot be used: database or disk is full" in done.stderr
        assert "Traceback" not in done.stderr
        kept = list((built / "results" / "a01_slopes").iterdir())
        (built / "db" / "filler").unlink()
        again = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
        assert again.returncode == 0, again.stderr
        assert f"{len(kept)} of 41 unchanged" in again.stderr
        with Gradebook(f"sqlite:///{built}/db/gradebook.db", "minimal") as gradebook:
            assert len(gradebook.assignment_submissions("a01_slopes")) == 41


def two_at_once(root: Any, *arguments: Any) -> Any:
    runs = [
        subprocess.Popen(
            [*COMMAND, "grade", "a01_slopes", *NONE, *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    return [(run.communicate(), run.returncode) for run in runs]


@pytest.mark.slow
def test_two_runs_at_once_do_not_disturb_each_other(built: Any) -> None:
    """Also the very first ones, which make the key and the gradebook, and then one that mends what
    they wrote."""
    students = [f"s{number}" for number in range(6)]
    for number, student in enumerate(students):
        hand_in(built, student, answered(built, HALVED if number % 2 else SOLVED))
    right = {student: 1.0 if int(student[1]) % 2 else 4.0 for student in students}
    for (out, err), code in two_at_once(built, "--workers", "1", "--force"):
        assert code == 0, err
        assert "Traceback" not in err
        assert f"{len(students)} to mark" in out
    assert {student: result_of(built, student)["auto_score"] for student in students} == right
    with Gradebook(f"sqlite:///{built}/gradebook.db", "minimal") as gradebook:
        scores = {row["student"]: row["score"] for row in gradebook.submission_dicts("a01_slopes")}
    assert scores == right
    assert not list(built.rglob(".writing-*"))
    again = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert f"{len(students)} of {len(students)} unchanged" in again.stderr
