"""Finding what was handed in, in nbgrader's layout."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES, find_submissions


def hand_in(root: Any, student: Any, content: bytes = b"{}", name: str = "a01.ipynb") -> Any:
    folder = root / student / "a01"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_submissions_come_in_order_of_the_ids(tmp_path: Path) -> None:
    for student in ("zoë", "-dash", "ada lovelace"):
        hand_in(tmp_path, student)
    assert [item.student for item in find_submissions(tmp_path, "a01")] == [
        "-dash",
        "ada lovelace",
        "zoë",
    ]


def test_other_assignments_and_stray_files_are_left_out(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    (tmp_path / "bob" / "a02").mkdir(parents=True)
    (tmp_path / "README.md").write_text("")
    assert [item.student for item in find_submissions(tmp_path, "a01")] == ["ada"]


def test_only_the_named_students_are_taken(tmp_path: Path) -> None:
    for student in ("ada", "bob", "cy"):
        hand_in(tmp_path, student)
    assert [item.student for item in find_submissions(tmp_path, "a01", ["cy", "ada"])] == [
        "ada",
        "cy",
    ]


def test_a_student_who_handed_in_nothing_is_an_error_that_names_them(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    with pytest.raises(UsageError, match="eve"):
        find_submissions(tmp_path, "a01", ["eve"])


def test_a_missing_folder_and_an_empty_one_are_errors_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as missing:
        find_submissions(tmp_path / "no", "a01")
    assert "--submitted" in str(missing.value)
    with pytest.raises(UsageError) as empty:
        find_submissions(tmp_path, "a01")
    assert "<student>/a01/a01.ipynb" in str(empty.value)


def test_a_wrongly_named_file_is_told_to_the_student(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", name="homework final (2).ipynb")
    (found,) = find_submissions(tmp_path, "a01")
    assert "homework final (2).ipynb" in found.read()[1]


def test_a_link_out_of_the_students_folder_is_not_followed(tmp_path: Path) -> None:
    secret = hand_in(tmp_path, "ada", b"the work of ada")
    folder = tmp_path / "eve" / "a01"
    folder.mkdir(parents=True)
    (folder / "a01.ipynb").symlink_to(secret)
    eve = find_submissions(tmp_path, "a01")[1]
    assert eve.read()[0] == b""
    assert "link" in eve.read()[1]


def test_a_link_of_the_whole_folder_is_not_followed(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", b"the work of ada")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "a01").symlink_to(tmp_path / "ada" / "a01")
    eve = find_submissions(tmp_path, "a01")[1]
    assert eve.read()[0] == b""


def test_a_link_in_place_of_a_student_is_not_followed(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", b"the work of ada")
    (tmp_path / "eve").symlink_to("ada")
    eve = find_submissions(tmp_path, "a01")[1]
    assert eve.student == "eve"
    assert eve.read() == (
        b"",
        "The notebook a01.ipynb is in “eve”, which is a link, not a folder. Please hand in the "
        "notebook itself, as a file of this name.",
    )


@pytest.mark.parametrize("target", ["nowhere", "eve", "ada"])
def test_a_link_to_what_is_no_hand_in_is_no_student(tmp_path: Path, target: str) -> None:
    hand_in(tmp_path, "bob")
    (tmp_path / "ada").mkdir()
    (tmp_path / "eve").symlink_to(target)
    assert [item.student for item in find_submissions(tmp_path, "a01")] == ["bob"]


@pytest.mark.parametrize("kind", ["file", "pipe"])
def test_what_is_no_folder_in_place_of_the_assignments_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "eve").mkdir()
    place = tmp_path / "eve" / "a01"
    place.touch() if kind == "file" else os.mkfifo(place)
    (eve,) = find_submissions(tmp_path, "a01")
    assert f"is in “a01”, which is a {kind}, not a folder" in eve.read()[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")
def test_a_student_whose_folder_is_closed_is_not_overlooked(tmp_path: Path) -> None:
    for student in ("ada", "eve"):
        hand_in(tmp_path, student)
    (tmp_path / "eve").chmod(0)
    closed = [item for item in (tmp_path, *tmp_path.parents) if not item.stat().st_mode & 0o005]
    modes = {folder: folder.stat().st_mode for folder in closed}
    for folder in closed:
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        ada, eve = find_submissions(tmp_path, "a01")
        assert (ada.student, eve.student) == ("ada", "eve")
        assert "cannot be read" in str(eve.read()[1])
        assert ada.read() == (b"{}", None)
    finally:
        os.seteuid(0)
        for folder, mode in modes.items():
            folder.chmod(mode)


def test_names_beside_a_missing_notebook_cannot_reach_a_terminal(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", name="a\nb\x1b[2J\u202e.ipynb")
    (ada,) = find_submissions(tmp_path, "a01")
    assert ada.read()[1].isprintable()


def test_a_pipe_in_place_of_the_notebook_does_not_hang(tmp_path: Path) -> None:
    folder = tmp_path / "eve" / "a01"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "a01.ipynb")
    (eve,) = find_submissions(tmp_path, "a01")
    assert eve.read()[1]


def test_a_gigantic_notebook_is_not_read(tmp_path: Path) -> None:
    path = hand_in(tmp_path, "ada")
    os.truncate(path, MAX_NOTEBOOK_BYTES + 1)  # sparse: no disk is used
    (ada,) = find_submissions(tmp_path, "a01")
    content, problem = ada.read()
    assert content == b""
    assert "Clear its outputs" in problem


def test_what_nbgraders_exchange_adds_is_not_taken_for_a_misnamed_notebook(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "ada", name="Untitled.ipynb").parent
    for name in ("timestamp.txt", "submission_secret.txt"):
        (folder / name).write_text("x")
    (ada,) = find_submissions(tmp_path, "a01")
    assert "There is Untitled.ipynb instead." in ada.read()[1]
