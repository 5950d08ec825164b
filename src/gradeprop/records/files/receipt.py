"""``timestamp.txt`` and ``submission_secret.txt``: what nbgrader's exchange leaves beside a
submission.

``nbgrader release_feedback`` reads both beside every page and, where one is missing or empty, stops
with a traceback and releases nobody's feedback from there on. Submissions that came another way
(unpacked, collected from a zip, copied by hand) have neither, so they get stand-ins. Nobody can
fetch feedback by a secret that was made up here; what counts is that everybody else can fetch
theirs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.submissions import SECRET, TIMESTAMP

_MOST = 4096  # bytes; both are a line


def carry_receipt(folder: Path, *sources: Path, synced: bool = True) -> None:
    """Put both files into ``folder``, each from the first source that has it, else a stand-in.

    A secret that is there already stays if no source has one: a mended notebook that was put in
    place of the student's is still the student's, and a stand-in released again takes the place of
    the one before. The time comes last: nbgrader grades again what has a newer one in submitted/.

    Args:
        sources: folders that belong to the submission; the last is what was handed in.
        synced: as of `write_atomically`.

    Raises:
        StorageError: a file cannot be written.
    """
    secret = _first(SECRET, _is_text, *sources, folder) or secrets.token_hex(64).encode()
    time = _first(TIMESTAMP, _is_time, *sources) or _modified(sources[-1]).encode()
    _put(folder / SECRET, secret, synced=synced)
    _put(folder / TIMESTAMP, time, synced=synced)


def has_secret(*folders: Path) -> bool:
    """Whether a submission came through the exchange, so that its student can fetch feedback."""
    return _first(SECRET, _is_text, *folders) is not None


def _is_text(text: str) -> bool:
    return bool(text.strip())


def _is_time(text: str) -> bool:
    """Whether nbgrader can read it; over another it stops with a traceback."""
    try:
        return _is_text(text) and parse_utc(text.strip()) is not None
    except (ValueError, OverflowError, TypeError):
        return False


def _first(name: str, valid: Callable[[str], bool], *folders: Path) -> bytes | None:
    """The file of the first folder that has one that nbgrader can make use of."""
    for path in (folder / name for folder in folders):
        try:  # a student may have put anything there
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MOST:
                data = path.read_bytes()
                if valid(data.decode()):
                    return data
        except (OSError, ValueError):
            continue
    return None


def _put(path: Path, data: bytes, *, synced: bool) -> None:
    if not path.is_file() or path.is_symlink() or path.read_bytes() != data:
        write_atomically(path, data, synced=synced)


def _modified(submitted: Path) -> str:
    """When what was handed in was last changed, as nbgrader writes times.

    The gradebook does not get it: a time that is only known so far makes nobody late.
    """
    try:
        last = max((path.lstat().st_mtime for path in submitted.iterdir()), default=0.0)
    except OSError:
        last = 0.0
    return f"{datetime.fromtimestamp(last, UTC):%Y-%m-%d %H:%M:%S.%f UTC}"
