"""One bad file among the submissions never stops a class, whatever it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from cli.conftest import SOLVED, answered, gradeprop, hand_in, result_of

NONE = ("--isolation", "none")
STAMP = "2026-03-02 10:00:00 UTC"


def times(root: Any) -> Any:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "minimal") as gradebook:
        submissions = gradebook.assignment_submissions("a01_slopes")
        return {item.student_id: item.timestamp for item in submissions}


def test_bad_files_cost_those_who_handed_them_in_at_most(built: Any) -> None:
    solved = answered(built, SOLVED)
    submitted = built / "submitted"
    for student in ("a_honest", "z_honest"):
        hand_in(built, student, solved)
    notebook = hand_in(built, "b_pipe", b"")
    notebook.unlink()
    os.mkfifo(notebook)
    notebook = hand_in(built, "c_link", b"")
    notebook.unlink()
    notebook.symlink_to("/dev/zero")
    notebook = hand_in(built, "d_folder", b"")
    notebook.unlink()
    notebook.mkdir()
    hand_in(built, "e_bytes", bytes(range(256)))
    (submitted / "f_file_for_a_folder").mkdir()
    os.mkfifo(submitted / "f_file_for_a_folder" / "a01_slopes")
    (submitted / "g_link_to_another").symlink_to("a_honest")
    (submitted / "h_loop").symlink_to("h_loop")
    os.mkfifo(submitted / "i_no_folder")
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    for student in ("a_honest", "z_honest"):
        assert result_of(built, student)["auto_score"] == 4.0
    said = {
        student: result_of(built, student)["message"]
        for student in (
            "b_pipe", "c_link", "d_folder", "e_bytes", "f_file_for_a_folder", "g_link_to_another",
        )
    }  # fmt: skip
    assert "is a pipe" in said["b_pipe"]
    assert "is a link" in said["c_link"]
    assert "is a folder" in said["d_folder"]
    assert "is in “a01_slopes”, which is a pipe" in said["f_file_for_a_folder"]
    assert "is in “g_link_to_another”, which is a link" in said["g_link_to_another"]
    # The notebook is what is missed; of a time there is nothing to say.
    assert not [text for text in (done.stderr, *said.values()) if "timestamp.txt" in text]
    assert "the time" not in done.stderr
    assert all(result_of(built, student)["status"] == "ungradable" for student in said)
    assert len(list((built / "results/a01_slopes").iterdir())) == len(said) + 2
    assert gradeprop("feedback", "a01_slopes", cwd=built).returncode == 0
    replayed = gradeprop("replay", "b_pipe", "a01_slopes", *NONE, cwd=built)
    assert replayed.returncode == 0
    assert "is a pipe" in replayed.stdout


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def long(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**32)


def utf16(path: Path) -> None:
    path.write_text(STAMP, encoding="utf-16")


def no_time(path: Path) -> None:
    path.write_text("yesterday, I think")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (pipe, "is a pipe, not a file"),
        (endless, "is a link, not a file"),
        (long, "is 4096 MB large"),
        (utf16, "is not text in UTF-8"),
        (no_time, "holds no date and time"),
        (Path.touch, "is empty"),
        (Path.mkdir, "is a folder, not a file"),
    ],
)
def test_an_honest_notebook_beside_a_bad_time_stamp_is_graded_without_one(
    built: Any, make: Any, why: Any
) -> None:
    good = hand_in(built, "ada", answered(built, SOLVED)).with_name("timestamp.txt")
    good.write_text(STAMP)
    bad = hand_in(built, "bob", answered(built, SOLVED)).with_name("timestamp.txt")
    make(bad)
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    assert "(timestamp.txt cannot be used): bob" in done.stderr
    assert times(built)["ada"] is not None
    assert times(built)["bob"] is None
    assert result_of(built, "ada")["message"] is None
    bob = result_of(built, "bob")
    assert bob["auto_score"] == 4.0
    assert bob["message"] == (
        f"When this was handed in is not known: timestamp.txt beside the notebook {why}."
    )
    assert "2 of 2 unchanged" in gradeprop("grade", "a01_slopes", *NONE, cwd=built).stderr


def test_a_time_stamp_that_is_mended_counts_at_the_next_run(built: Any) -> None:
    stamp = hand_in(built, "bob", answered(built, SOLVED)).with_name("timestamp.txt")
    os.mkfifo(stamp)
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    stamp.unlink()
    stamp.write_text(STAMP)
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert "cannot be used" not in done.stderr
    assert result_of(built, "bob")["message"] is None
    assert times(built)["bob"] is not None
