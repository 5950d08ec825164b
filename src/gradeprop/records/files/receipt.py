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
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.door import LINE, Refused, read_handed
from gradeprop.records.files.handed_time import time_in
from gradeprop.records.files.submissions import SECRET, TIMESTAMP


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
    return time_in(text) is not None


def _first(name: str, valid: Callable[[str], bool], *folders: Path) -> bytes | None:
    """The file of the first folder that has one that nbgrader can make use of."""
    for folder in folders:
        with suppress(Refused, UnicodeDecodeError):
            data = read_handed(folder / name, LINE)
            if valid(data.decode()):
                return data
    return None


def _put(path: Path, data: bytes, *, synced: bool) -> None:
    with suppress(Refused):
        if read_handed(path, LINE) == data:
            return
    write_atomically(path, data, synced=synced)


def _modified(submitted: Path) -> str:
    """When what was handed in was last changed, as nbgrader writes times.

    The gradebook does not get it: a time that is only known so far makes nobody late.
    """
    try:
        last = max((path.lstat().st_mtime for path in submitted.iterdir()), default=0.0)
        time = datetime.fromtimestamp(last, UTC)
    except (OSError, ValueError, OverflowError):  # also a time that no calendar has
        time = datetime.fromtimestamp(0, UTC)
    return f"{time:%Y-%m-%d %H:%M:%S.%f UTC}"
