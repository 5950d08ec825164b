"""What was handed in is read through one door, whatever stands there."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gradeprop.records.files import door
from gradeprop.records.files.door import Absent, Refused, file_names, read_handed

MOST = 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "ada" / "a01"
    folder.mkdir(parents=True)
    return folder / "a01.ipynb"


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # a socket's path may not be long
        server.bind(path.name)


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def of_size(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.touch()
        os.truncate(path, size)  # sparse: no disk is used

    return make


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (pipe, "is a pipe, not a file"),
        (listening, "is a socket, not a file"),
        (Path.mkdir, "is a folder, not a file"),
        (link_to("/dev/zero"), "is a link, not a file"),
        (link_to("a01.ipynb"), "is a link, not a file"),
        (link_to("other.ipynb"), "is a link, not a file"),
        (of_size(MOST + 1), "is 1001 bytes large"),
        (of_size(2**42), "MB large"),
    ],
    ids=["pipe", "socket", "folder", "device", "loop", "dangling", "too large", "huge"],
)
def test_what_is_no_file_of_bounded_size_is_refused_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], said: str
) -> None:
    monkeypatch.chdir(path.parent)
    make(path)
    with pytest.raises(Refused, match=said):
        read_handed(path, MOST)


@pytest.mark.parametrize("above", [1, 2], ids=["the assignment", "the student"])
@pytest.mark.parametrize("kind", ["link", "file", "pipe"])
def test_no_folder_of_the_students_may_be_anything_else(path: Path, above: int, kind: str) -> None:
    path.write_bytes(b"{}")
    folder = path.parents[above - 1]
    moved = folder.rename(folder.with_name("elsewhere"))
    if kind == "link":
        folder.symlink_to(moved)
    elif kind == "file":
        folder.touch()
    else:
        os.mkfifo(folder)
    with pytest.raises(Refused, match=f"is in “{folder.name}”, which is a {kind}, not a folder"):
        read_handed(path, MOST)


def test_the_folder_of_all_submissions_may_be_a_link(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"{}")
    (tmp_path / "link").symlink_to(tmp_path / "submitted")
    assert read_handed(tmp_path / "link" / "ada" / "a01" / "a01.ipynb", MOST) == b"{}"


def test_a_file_of_exactly_the_bound_is_read(path: Path) -> None:
    path.write_bytes(b"x" * MOST)
    assert read_handed(path, MOST) == b"x" * MOST


def test_a_missing_file_is_told_from_one_that_is_refused(path: Path) -> None:
    with pytest.raises(Absent):
        read_handed(path, MOST)


@pytest.mark.parametrize("name", ["..", "a\0b", "n" * 300])
def test_a_name_that_leads_elsewhere_or_is_none_is_refused(path: Path, name: str) -> None:
    with pytest.raises(Refused):
        read_handed(path.parent / name / "x", MOST)


def test_a_file_that_is_swapped_for_a_link_after_it_was_looked_at_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"{}")
    look = os.stat

    def look_and_swap(name: str, **others: object) -> os.stat_result:
        found = look(name, **others)  # type: ignore[call-overload]
        if name == path.name:
            path.unlink()
            path.symlink_to("/dev/zero")
        return found  # type: ignore[no-any-return]

    monkeypatch.setattr(door.os, "stat", look_and_swap)
    with pytest.raises(Refused, match=os.strerror(errno.ELOOP)):
        read_handed(path, MOST)


def whenever_it_is_read(monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]) -> None:
    """Have something done to the file each time when it has just been read."""
    read = door._read

    def read_and_change(descriptor: int, most: int) -> bytes:
        data = read(descriptor, most)
        change()
        return data

    monkeypatch.setattr(door, "_read", read_and_change)


def test_a_file_that_never_stands_still_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    path.write_bytes(b"{}")
    whenever_it_is_read(monkeypatch, grow)
    with pytest.raises(Refused, match="is being written to"):
        read_handed(path, MOST)


def test_a_file_written_to_once_is_read_as_it_is_then(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_to_an_end() -> None:
        path.write_bytes(b"half and half")
        os.utime(path, (0, 0))

    path.write_bytes(b"half")
    whenever_it_is_read(monkeypatch, come_to_an_end)
    assert read_handed(path, MOST) == b"half and half"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_not_be_read_is_refused(path: Path, tmp_path: Path, closed: str) -> None:
    path.write_bytes(b"{}")
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    (path if closed == "file" else path.parent).chmod(0)
    child = os.fork()
    if child == 0:
        os.seteuid(65534)
        try:
            read_handed(path, MOST)
        except Refused as refused:
            os._exit(0 if os.strerror(errno.EACCES) in str(refused) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_no_descriptor_stays_open(path: Path) -> None:
    os.mkfifo(path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(Refused):
            read_handed(path, MOST)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_only_files_are_listed_and_no_link_is_followed(path: Path) -> None:
    path.write_bytes(b"{}")
    os.mkfifo(path.with_name("pipe"))
    path.with_name("link").symlink_to(path)
    path.with_name("folder").mkdir()
    assert file_names(path.parent) == ["a01.ipynb"]
    linked = path.parent.with_name("a02")
    linked.symlink_to(path.parent)
    with pytest.raises(Refused, match="a link"):
        file_names(linked)
