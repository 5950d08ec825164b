"""What a grader's own fault is called: file and line first, then what happened there."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

__all__ = ["defined_at", "told", "told_of"]


def told(error: BaseException, grader: str, path: Path, otherwise: str | None = None) -> str:
    """``graders/a/test_b.py:12: IndexError: …``, and below it the traceback from the grader's own
    first frame on; all of it if the grader is not in it.

    Args:
        grader: what the file is called in the course.
        path: where it is.
        otherwise: the place to name if the grader is not in the traceback.
    """
    start = error.__traceback__
    while start is not None and Path(start.tb_frame.f_code.co_filename) != path:
        start = start.tb_next
    line = None
    step = start
    while step is not None:
        if Path(step.tb_frame.f_code.co_filename) == path:
            line = step.tb_lineno
        step = step.tb_next
    what = " ".join("".join(traceback.format_exception_only(error)).split())
    trace = "".join(traceback.format_exception(type(error), error, start or error.__traceback__))
    place = otherwise or grader if line is None else f"{grader}:{line}"
    return f"{place}: {what}\n{trace.strip()}"


def defined_at(root: str, grader: str, check: str) -> str:
    """``graders/a/test_b.py:9``: where a check is defined, as far as the file tells."""
    try:
        text = (Path(root) / grader).read_text("utf-8", "replace")
    except OSError:
        return grader
    found = re.search(rf"^[ \t]*(async\s+)?def\s+test_{check}\b", text, re.MULTILINE)
    return grader if found is None else f"{grader}:{text.count(chr(10), 0, found.start()) + 1}"


def told_of(grader: str, error: BaseException) -> str:
    """`told`, of an error whose traceback says where the grader's file lies."""
    frames = traceback.extract_tb(error.__traceback__)
    own = (frame.filename for frame in frames if frame.filename.endswith(grader))
    return told(error, grader, Path(next(own, grader)))
