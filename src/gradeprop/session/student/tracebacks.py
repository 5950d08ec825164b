"""An exception of student code as a `Raised`: type, message, lines of the student's own cells."""

from __future__ import annotations

from collections.abc import Callable
from linecache import getline
from pathlib import Path
from types import TracebackType
from typing import Final

from gradeprop.session.interface import Raised
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.capture import name_of_type, type_name

__all__ = ["exception_message", "raised", "shortened"]

__builtins__ = KEPT

_OURS: Final = str(Path(__file__).parent)
MAX_MESSAGE: Final = 4_000
MAX_FRAMES: Final = 20
MAX_BASES: Final = 32
# Taken before any student code ran, as in `capture`.
_mro_of = type.__dict__["__mro__"].__get__


def exception_message(error: BaseException) -> str:
    """``str(error)``, whatever a student's ``__str__`` does."""
    try:
        text = str(error)
        return text[:MAX_MESSAGE] if type(text) is str else "<no message>"
    except BaseException:
        return "<its message cannot be shown>"


def raised(error: BaseException, cell_of: Callable[[str], str | None]) -> Raised:
    """``error`` as plain data.

    Args:
        error: what student code raised.
        cell_of: gives the label of the student's cell whose code has this file name, else None.
    """
    message = exception_message(error)
    lines: list[str] = []
    line = None
    for filename, number, function in _frames(error.__traceback__):
        label = cell_of(filename)
        if label is None:
            continue
        line = number
        source = getline(filename, number).strip()[:200]
        place = f"{label}, line {number}, in {function}"
        lines.append(f"{place}\n    {source}" if source else place)
    if isinstance(error, SyntaxError) and line is None and type(error.lineno) is int:
        line = error.lineno
    if len(lines) > MAX_FRAMES:
        lines = [*lines[:5], "...", *lines[-(MAX_FRAMES - 5) :]]
    name = type_name(error)
    trace = "\n".join([*lines, f"{name}: {message}"])
    return Raised(name, message, trace, line, bases=_bases_of(error))


def _bases_of(error: BaseException) -> tuple[str, ...]:
    """The exceptions among the bases of its type."""
    exceptions = [kind for kind in _mro_of(type(error))[1:] if issubclass(kind, BaseException)]
    return tuple(name_of_type(kind) for kind in exceptions[:MAX_BASES])


def shortened(trace: TracebackType | None, most: int) -> TracebackType | None:
    """``trace`` without frames of ours at its end, and without its middle if it is long.

    An endless recursion leaves a thousand, and to show each takes milliseconds.

    Args:
        most: how many frames may stay.
    """
    whole: list[TracebackType] = []
    while trace is not None:
        whole.append(trace)
        trace = trace.tb_next
    kept = list(whole)
    while len(kept) > 1 and kept[-1].tb_frame.f_code.co_filename.startswith(_OURS):
        kept.pop()
    if len(kept) > most:
        kept = [*kept[: most // 2], *kept[-(most // 2) :]]
    if len(kept) == len(whole):
        return whole[0] if whole else None
    copy: TracebackType | None = None
    for item in reversed(kept):
        copy = TracebackType(copy, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return copy


def _frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    while trace is not None and len(found) < 5_000:
        code = trace.tb_frame.f_code
        found.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return found
