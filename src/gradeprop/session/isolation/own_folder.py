"""Folders of this process in the system's temporary one, which outlive it only until the next such
folder is made.

A folder holds a file that its process has locked. The kernel lifts the lock when the process is
gone, however it went; so whoever gets the lock knows that nobody needs the folder any more."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gradeprop.session.isolation.folders import remove_folder

__all__ = ["OwnFolder", "remove_abandoned"]

_PREFIX: Final = "gradeprop-scratch-"
_ALIVE: Final = ".alive"
_ABANDONED_S: Final = 7 * 86_400  # of one without the file: no grading run takes a week


class OwnFolder:
    """Made at once; removed by `remove`, or at the end as a context manager.

    Attributes:
        path: where it is; only this user may enter it.

    Raises:
        OSError: it cannot be made; nothing of it is left.
    """

    def __init__(self) -> None:
        remove_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        try:
            self._lock = _locked(self.path)
        except BaseException:
            remove_folder(self.path)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove it with all that is in it. Idempotent."""
        if self._lock >= 0:
            remove_folder(self.path)
            os.close(self._lock)
            self._lock = -1


def remove_abandoned() -> None:
    """Remove the folders of this user's processes that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
            if ours and _is_abandoned(folder, status.st_mtime):
                remove_folder(folder)


def _locked(folder: Path) -> int:
    """The descriptor of a folder's file, locked before it has its name: it is never seen unlocked
    while this process lives."""
    beginning = folder / f"{_ALIVE}.new"
    lock = os.open(beginning, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _try_lock(lock)
    beginning.rename(folder / _ALIVE)
    return lock


def _is_abandoned(folder: Path, changed: float) -> bool:
    """Whether the process of a folder is dead; of one without a lock, whether that is beyond
    doubt."""
    try:
        lock = os.open(folder / _ALIVE, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - changed > _ABANDONED_S
    try:
        return _try_lock(lock)
    finally:
        os.close(lock)


def _try_lock(descriptor: int) -> bool:
    import fcntl  # not on every system that this can be imported on

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
