"""The one door through which anything that was handed in is read.

Whoever hands in chooses the last names of a path, and what is there may be anything: a pipe, a
link to a device, a file that never ends. Here only regular files pass, of a bounded size; no link
is followed, neither of the file nor of the folders of those names; and nothing waits."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

__all__ = ["LINE", "OWN", "Absent", "Barred", "Refused", "file_names", "read_handed"]

OWN: Final = 3
"""The names that are the student's: ``<student>/<assignment>/<file>``."""

LINE: Final = 4096
"""Bytes that a file of one line may have."""

_ATTEMPTS: Final = 3
_MOST_NAMES: Final = 1000
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_OWN_FLAGS: Final = _FLAGS | getattr(os, "O_NOFOLLOW", 0)
_FILE: Final = _OWN_FLAGS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_FOLDER: Final = getattr(os, "O_DIRECTORY", 0)
_PASSED: Final = _FOLDER | getattr(os, "O_PATH", 0)  # a folder on the way need not be readable
_BY_DESCRIPTOR: Final = {os.open, os.stat} <= os.supports_dir_fd
_KINDS: Final = {
    stat.S_IFLNK: "a link",
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Refused(Exception):
    """Why a file is not read, as the end of a sentence about it: ``is a pipe, not a file``."""


class Absent(Refused):
    """There is none."""


class Barred(Refused):
    """What it is in is no folder of the student's own, so that nothing is known of the file."""


def read_handed(path: Path, most: int, *, own: int = OWN) -> bytes:
    """The whole file.

    Args:
        most: bytes that it may have.
        own: how many of the path's last names are not ours; the folders before them may be links.

    Raises:
        Absent: there is nothing of that name.
        Refused: it is no regular file, too large, not to be read, or is written to meanwhile.
    """
    for _ in range(_ATTEMPTS):
        with _told(), _parent(path, own) as folder, _opened(path, folder, _FILE) as file:
            before = os.fstat(file)
            data = _read(file, min(before.st_size, most) + 1)
            if max(before.st_size, len(data)) > most:
                raise Refused(f"is {_size(max(before.st_size, len(data)))} large")
            after = os.fstat(file)
        if (len(data), before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
    raise Refused("is being written to")


def file_names(folder: Path, *, own: int = OWN - 1) -> list[str]:
    """The names of the regular files in a folder, sorted; of very many, some.

    Args:
        own: as of `read_handed`.

    Raises:
        Absent, Refused: it is not there, no folder, or not to be read.
    """
    with (
        _told(),
        _parent(folder, max(own, 1)) as parent,
        _entered(folder, parent) as entered,
        os.scandir(entered) as entries,
    ):
        found = (entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        return sorted(islice(found, _MOST_NAMES))


@contextlib.contextmanager
def _parent(path: Path, own: int) -> Iterator[int | None]:
    """The folder that ``path`` is in, open; no link is on the way through names that are not ours.

    None on systems that open files by their paths only."""
    ours, theirs = Path(*path.parts[:-own]), path.parts[-own:]
    if ".." in theirs:
        raise Refused("is not among the student's files")
    if not _BY_DESCRIPTOR:
        for length in range(1, len(theirs)):
            way = ours.joinpath(*theirs[:length])
            _expect(way, way.lstat(), stat.S_IFDIR)
        yield None
        return
    with contextlib.ExitStack() as stack:
        folder = os.open(ours, _FLAGS | _PASSED)
        stack.callback(os.close, folder)
        for name in theirs[:-1]:
            flags = _OWN_FLAGS | _PASSED
            folder = stack.enter_context(_opened(Path(name), folder, flags, stat.S_IFDIR))
        yield folder


@contextlib.contextmanager
def _entered(path: Path, parent: int | None) -> Iterator[int | Path]:
    """A folder in ``parent``: open, or where the system opens none its path."""
    if parent is None:
        _expect(path, path.lstat(), stat.S_IFDIR)
        yield path
        return
    with _opened(path, parent, _OWN_FLAGS | _FOLDER, stat.S_IFDIR) as opened:
        yield opened


@contextlib.contextmanager
def _opened(path: Path, folder: int | None, flags: int, kind: int = stat.S_IFREG) -> Iterator[int]:
    """``path`` in ``folder``, open, if it is of the expected kind. It is looked at first, since
    opening alone does something to a device or to whoever waits at a pipe."""
    name = path if folder is None else path.name
    _expect(path, os.stat(name, dir_fd=folder, follow_symlinks=False), kind)
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        _expect(path, os.fstat(descriptor), kind)
        yield descriptor
    finally:
        os.close(descriptor)


def _expect(path: Path, status: os.stat_result, kind: int) -> None:
    found = stat.S_IFMT(status.st_mode)
    if found == kind:
        return
    what = f"{_KINDS.get(found, 'something else')}, not {_KINDS[kind]}"
    if kind == stat.S_IFREG:
        raise Refused(f"is {what}")
    # A folder on the way has to be named: the sentence is about the file.
    raise Barred(f"is in “{path.name}”, which is {what}")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """The system's errors in words."""
    try:
        yield
    except FileNotFoundError:
        raise Absent("is missing") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise Refused(f"cannot be read ({reason})") from error


def _read(descriptor: int, most: int) -> bytes:
    """Up to so many bytes."""
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(most)


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count} bytes"
