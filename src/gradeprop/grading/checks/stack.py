"""Where a process stood, read from what `faulthandler` has written of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["calls_of_graders", "line_in"]

_MOST: Final = 12
"""Calls that are shown; a recursion has thousands, and all are the same."""

_CURRENT: Final = "Current thread"
_THREAD = re.compile(rf"^(?=(?:{_CURRENT}|Thread) )", re.MULTILINE)
_CALL = re.compile(r'^ *(File "([^"]+)", line (\d+).*)$', re.MULTILINE)


@dataclass(frozen=True)
class _Call:
    said: str
    file: Path
    line: str


def line_in(dump: str, grader: Path) -> str | None:
    """The innermost line of a grader that was running; None if none was."""
    calls = (call for thread in _threads(dump) for call in thread)
    return next((call.line for call in calls if call.file == grader), None)


def calls_of_graders(dump: str, folder: Path) -> str:
    """From a grader's first call on, the last one last, as in a traceback. What has called the
    grader is ours, and nobody's to mend there.

    Args:
        folder: what all graders are in.

    Returns: the innermost calls if no grader is among them; nothing if there are no calls.
    """
    threads = _threads(dump)
    of_graders = (_inner(thread, folder) for thread in threads)
    calls = next(filter(None, (*of_graders, *threads)), [])
    if not calls:
        return ""
    left_out = len(calls) - _MOST
    more = [f"  … {left_out} more calls"] if left_out > 0 else []
    lines = [f"  {call.said}" for call in reversed(calls[:_MOST])]
    return "\n".join(["Where it stood (most recent call last):", *more, *lines])


def _threads(dump: str) -> list[list[_Call]]:
    """The calls of each thread, innermost first; the thread that ran comes before the others."""
    told = sorted(_THREAD.split(dump), key=lambda text: not text.startswith(_CURRENT))
    return [
        [_Call(said, Path(file).resolve(), line) for said, file, line in _CALL.findall(thread)]
        for thread in told
    ]


def _inner(calls: list[_Call], folder: Path) -> list[_Call]:
    """Up to the outermost that stands in the folder; none if none does."""
    inside = [place for place, call in enumerate(calls) if call.file.is_relative_to(folder)]
    return calls[: inside[-1] + 1] if inside else []
