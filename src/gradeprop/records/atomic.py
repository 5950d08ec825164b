"""Write a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gradeprop.errors import StorageError


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write ``data`` so that a reader sees the old file or the new one, whatever happens meanwhile.

    The bytes are on the disk (fsync) before they take the name, and the name is before this returns.

    Raises:
        StorageError: the folder cannot be written or the disk is full; the old file is as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise StorageError(
            f"cannot write this file: {error.strerror or error}",
            where=str(path),
            remedy="make the folder writable and see that the disk has room, then run the command again",
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


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened for this
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
