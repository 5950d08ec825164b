"""When something was handed in: what ``timestamp.txt`` of nbgrader's exchange says."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.door import LINE, Absent, Barred, Refused, read_handed
from gradeprop.records.files.nbgrader_import import import_nbgrader
from gradeprop.records.files.submissions import TIMESTAMP

__all__ = ["HandedTime", "handed_time", "says_time_note", "time_in", "time_note", "with_time_note"]

_UNKNOWN: Final = "When this was handed in is not known:"


class HandedTime(NamedTuple):
    """A time in UTC, without a zone as nbgrader keeps it; None if it is not known.

    Attributes:
        problem: why the file that is there does not tell, as the end of a sentence about it.
    """

    time: datetime | None
    problem: str | None = None


def handed_time(folder: Path) -> HandedTime:
    """When what is in ``submitted/<student>/<assignment>`` was handed in."""
    try:
        text = read_handed(folder / TIMESTAMP, LINE).decode().strip()
    except (Absent, Barred):  # where nobody may look, no file is known to be there
        return HandedTime(None)
    except Refused as refused:
        return HandedTime(None, str(refused))
    except UnicodeDecodeError:
        return HandedTime(None, "is not text in UTF-8")
    if not text:
        return HandedTime(None, "is empty")
    time = time_in(text)
    return HandedTime(time, None if time else "holds no date and time")


def time_in(text: str) -> datetime | None:
    """The time as nbgrader reads it; None where nbgrader would stop with a traceback. Where it is
    not installed, only what it writes itself is read."""
    if importlib.util.find_spec("nbgrader") is None:
        return _as_written(text.strip())
    import_nbgrader()
    from nbgrader.utils import parse_utc

    try:
        found: datetime | None = parse_utc(text.strip()) if text.strip() else None
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    return found


def _as_written(text: str) -> datetime | None:
    """``2026-11-26 10:00:00.000000 UTC``, or with a distance from UTC."""
    try:
        time = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def time_note(folder: Path) -> str | None:
    """A sentence for whoever reads the result, where a file is there and tells no time."""
    problem = handed_time(folder).problem
    return None if problem is None else f"{_UNKNOWN} {TIMESTAMP} beside the notebook {problem}."


def with_time_note(result: SubmissionResult, note: str | None) -> SubmissionResult:
    """The result with a `time_note` in its message."""
    if note is None:
        return result
    return replace(result, message=f"{result.message} {note}" if result.message else note)


def says_time_note(message: str | None, note: str | None) -> bool:
    """Whether a kept result's message says of the time what there is to say now, which is
    ``note``."""
    said = message or ""
    return _UNKNOWN not in said if note is None else note in said
