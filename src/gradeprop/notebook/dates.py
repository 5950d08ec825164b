"""What a released notebook says of its dates."""

from __future__ import annotations

import re
from datetime import date, datetime

from gradeprop.course.dates import day_in_words, moment_in_words

_RELEASE, _DUE = "**Handed out:**", "**Due:**"
_LINE = re.compile(rf"^(?:{re.escape(_RELEASE)}|{re.escape(_DUE)}) .*\n+", re.MULTILINE)


def dates_line(release: date | None, due: datetime | None) -> str:
    """Markdown, a line; empty without dates."""
    said = []
    if release is not None:
        said.append(f"{_RELEASE} {day_in_words(release)}.")
    if due is not None:
        said.append(f"{_DUE} {moment_in_words(due)}.")
    return " ".join(said)


def undated(text: str) -> str:
    """An introduction without that line.

    A due date is often moved when the notebooks are out already, and one without a time zone reads
    differently on another machine: neither is a change that a student made."""
    # To look for the beginning of each line of a long text takes far longer than to find a word.
    return _LINE.sub("", text) if _RELEASE in text or _DUE in text else text
