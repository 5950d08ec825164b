"""Times as platforms write them into names and files, in English and whatever the process' locale
is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

__all__ = ["as_stamp", "time_in_name"]

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_CLOCK: Final = r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_DATES: Final = (
    r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4}),?",  # Nov 26, 2026
    r"(?P<day>\d{1,2})\.? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4}),?",  # 26 November 2026
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
)
_PATTERNS: Final = tuple(re.compile(rf"(?:[A-Za-z]+, )?{date}[ T]{_CLOCK}") for date in _DATES)


def time_in_name(text: str) -> datetime | None:
    """``Nov 26, 2026 1105 PM``, ``26 November, 2026 2305``, ``Thursday, 26 November 2026, 11:05
    PM``, ``2026-11-26 23:05``; None for anything else. Without a time zone."""
    cleaned = " ".join(text.split())
    found = next(filter(None, (pattern.fullmatch(cleaned) for pattern in _PATTERNS)), None)
    if found is None:
        return None
    month = _month(found["month"])
    hour = int(found["hour"])
    if half := (found["half"] or "").lower():
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return None


def as_stamp(time: datetime) -> str:
    """A time with a zone as nbgrader's exchange writes it into ``timestamp.txt``."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    short = text[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0
