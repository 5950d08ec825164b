"""``.gradeprop/sound``: that a course's files fit together, as they are now.

Comparing them takes most of the time of opening a course. What comes of it depends on nothing but
the files and on gradeprop itself, so it is noted by the digests of both."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

from gradeprop.errors import StorageError
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.key import FOLDER
from gradeprop.version import __version__

__all__ = ["known_sound", "note_sound"]


def known_sound(root: Path, digest: str) -> bool:
    """Whether the course was found sound when its files had this digest, by this very gradeprop."""
    try:
        return _path(root).read_text(encoding="ascii") == _mark(digest)
    except (OSError, UnicodeDecodeError):
        return False


def note_sound(root: Path, digest: str) -> None:
    """Note that it was; in a course in which nothing has been graded, nothing is written."""
    if _path(root).parent.is_dir():
        with suppress(StorageError):  # it then takes as long the next time
            write_atomically(_path(root), _mark(digest).encode(), synced=False)


def _path(root: Path) -> Path:
    return root / FOLDER / "sound"


def _mark(digest: str) -> str:
    """Of the course's files, of Python, which parses them, and of every file of gradeprop: one that
    is being worked on keeps its version."""
    package = Path(__file__).parents[2]
    mark = hashlib.sha256(f"{digest} {__version__} {sys.version}".encode())
    for path in sorted(package.rglob("*.py")):
        status = path.stat()
        name = path.relative_to(package).as_posix()
        mark.update(f"\n{name} {status.st_size} {status.st_mtime_ns}".encode())
    return mark.hexdigest()
