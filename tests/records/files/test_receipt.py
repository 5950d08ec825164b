"""What nbgrader's exchange leaves beside a submission, and stand-ins where it left nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nbgrader.utils import notebook_hash, parse_utc

from gradeprop.records.files.receipt import carry_receipt, has_secret
from gradeprop.records.files.submissions import SECRET, TIMESTAMP

STAMP = "2026-03-02 10:00:00 UTC"


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    folder.mkdir()
    notebook = folder / "a.ipynb"
    notebook.write_text("{}")
    os.utime(notebook, (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    return tmp_path / "autograded"


def both(folder: Path) -> tuple[str, str]:
    return (folder / SECRET).read_text(), (folder / TIMESTAMP).read_text()


def test_what_the_exchange_left_is_carried_on_as_it_is(submitted: Path, graded: Path) -> None:
    (submitted / SECRET).write_text("s3cret")
    (submitted / TIMESTAMP).write_text(STAMP)
    carry_receipt(graded, submitted)
    assert both(graded) == ("s3cret", STAMP)


@pytest.mark.parametrize(
    "time", [None, b"", b"\xff\xfe", b"yesterday", b"9" * 5000, b"1e999 x UTC"]
)
@pytest.mark.parametrize("secret", [None, b"", b" \n", b"\xff\xfe", b"x" * 5000])
def test_nbgrader_can_use_what_is_there_afterwards(
    submitted: Path, graded: Path, time: bytes | None, secret: bytes | None
) -> None:
    for name, content in ((TIMESTAMP, time), (SECRET, secret)):
        if content is not None:
            (submitted / name).write_bytes(content)
    carry_receipt(graded, submitted)
    made, stamp = both(graded)
    assert notebook_hash(secret=made, notebook_id="a")  # as release_feedback does
    assert parse_utc(stamp).tzinfo is None
    assert not has_secret(submitted)


def test_an_unknown_time_is_that_of_the_last_change(submitted: Path, graded: Path) -> None:
    carry_receipt(graded, submitted)
    assert parse_utc((graded / TIMESTAMP).read_text()).isoformat() == "2023-11-14T22:13:20"


def test_stand_ins_are_no_two_alike_and_stay_until_there_is_better(
    submitted: Path, graded: Path
) -> None:
    carry_receipt(graded, submitted)
    first = both(graded)
    carry_receipt(graded, submitted)
    assert both(graded) == first
    carry_receipt(graded.with_name("another"), submitted)
    assert (graded.with_name("another") / SECRET).read_text() != first[0]
    (submitted / SECRET).write_text("s3cret")
    (submitted / TIMESTAMP).write_text(STAMP)
    carry_receipt(graded, submitted)
    assert both(graded) == ("s3cret", STAMP)


def test_what_belongs_to_the_graded_submission_comes_before_a_newer_one(
    submitted: Path, graded: Path, tmp_path: Path
) -> None:
    (submitted / SECRET).write_text("old")
    carry_receipt(graded, submitted)
    (submitted / SECRET).write_text("new")
    carry_receipt(tmp_path / "feedback", graded, submitted)
    assert (tmp_path / "feedback" / SECRET).read_text() == "old"


def test_a_link_to_elsewhere_is_not_followed(submitted: Path, graded: Path, tmp_path: Path) -> None:
    (tmp_path / "course.key").write_text("the key")
    (submitted / SECRET).symlink_to(tmp_path / "course.key")
    carry_receipt(graded, submitted)
    assert "the key" not in both(graded)[0]
