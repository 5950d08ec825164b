"""The course key: what makes hidden inputs unpredictable. Made on first use, kept out of git."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gradeprop.errors import StorageError
from gradeprop.records.files.atomic import write_atomically

FOLDER = ".gradeprop"
_BYTES = 32


def has_course_key(root: Path) -> bool:
    """Whether the key has been made."""
    return (root / FOLDER / "course.key").exists()


def new_key() -> bytes:
    """A random one that is kept nowhere."""
    return secrets.token_bytes(_BYTES)


def course_key(root: Path) -> bytes:
    """The key in ``.gradeprop/course.key``; a new random one if there is none yet.

    Raises:
        StorageError: it can neither be read nor made, or what is there is not a key.
    """
    path = root / FOLDER / "course.key"
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _make(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"the course key cannot be read: {error}", where=str(path)) from error
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise StorageError(
            "this is not a course key",
            where=str(path),
            remedy="restore it from a backup: without it, earlier gradings cannot be repeated",
        )
    return key


def _make(path: Path) -> bytes:
    key = new_key()
    # The folder ignores itself, so that no `git add` takes the key along.
    write_atomically(path.parent / ".gitignore", b"*\n")
    candidate = path.with_name(f".course.key.{secrets.token_hex(8)}")
    write_atomically(candidate, key.hex().encode() + b"\n", mode=0o600)
    try:
        os.link(candidate, path)  # fails if another process was first: then its key counts
    except FileExistsError:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise StorageError(
            f"the course key cannot be kept: {error.strerror}", where=str(path)
        ) from error
    finally:
        candidate.unlink(missing_ok=True)
    return key
