"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gradeprop.errors import StorageError

_WRITING = ".writing-"
_ABANDONED_S = 86_400  # no file takes a day to write


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644, synced: bool = True) -> None:
    """Write ``data`` so that a reader sees the old file or the new one, whatever happens meanwhile.

    Args:
        synced: whether the bytes are to be on the disk (fsync) before they take the name, and the
            name before this returns. If not, `sync` does it later; until then the machine must not
            go down.

    Raises:
        StorageError: the folder cannot be written or the disk is full; the old file is as it was.
    """
    temporary = None
    try:
        descriptor, temporary = _temporary_beside(path)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.chmod(temporary, mode)  # noqa: PTH101 (not every system changes an open file's)
            if synced:
                os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 (pathlib takes its time to read names that are known)
        if synced:
            _sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise StorageError(
            f"cannot write this file: {error.strerror or error}",
            where=str(path),
            remedy=(
                "make the folder writable and see that the disk has room, then run the command "
                "again"
            ),
        ) from error


def sync(paths: Iterable[Path]) -> None:
    """Get files and their names onto the disk, where they are not yet; a file that has gone is
    passed over.

    Raises:
        StorageError: the disk fails.
    """
    folders: dict[Path, None] = {}
    path = Path()
    try:
        for path in paths:
            with suppress(FileNotFoundError):
                _sync(path, os.O_RDWR)
                folders[path.parent] = None
        for path in folders:
            _sync_folder(path)
    except OSError as error:
        raise StorageError(
            f"cannot get this onto the disk: {error.strerror or error}",
            where=str(path),
            remedy="see that the disk is in order and has room, then run the command again",
        ) from error


def remove(path: Path) -> None:
    """Remove a file, if it is there, for good.

    Raises:
        StorageError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageError(
            f"cannot remove this file: {error.strerror or error}",
            where=str(path),
            remedy="make the folder writable, then run the command again",
        ) from error


def remove_leftovers(folders: Iterable[Path]) -> None:
    """Remove what processes that were killed while they wrote have left in these folders."""
    for folder in folders:
        for path in folder.glob(f"{_WRITING}*"):
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime > _ABANDONED_S:
                    path.unlink()


def _temporary_beside(path: Path) -> tuple[int, str]:
    """A new file in the same folder, which is made if need be: its descriptor and its name."""
    try:
        return tempfile.mkstemp(dir=path.parent, prefix=_WRITING)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.mkstemp(dir=path.parent, prefix=_WRITING)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened for this
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
