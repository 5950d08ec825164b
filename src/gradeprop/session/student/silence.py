"""Nothing that student code shows during a check reaches the notebook or the terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

from gradeprop.session.student.unattended import unattended

__all__ = ["Printed", "silence"]

_MAX_PRINTED: Final = 2_000
_CUT: Final = "\n… (the rest is not shown)"


@contextlib.contextmanager
def silence(kept: Printed | None = None) -> Iterator[None]:
    """Swallow what is written to stdout and stderr, and what is displayed through IPython; what is
    asked of a person is refused.

    Also what C code writes, child processes, and loggers that hold the streams from before. Of what
    is printed, ``kept`` has the beginning; all else is lost, so that endless output needs no
    memory."""
    sink = Printed() if kept is None else kept
    streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for stream in streams:
        _flush(stream)  # what was printed before is shown
    with contextlib.ExitStack() as undo:
        for descriptor in (1, 2):
            undo.enter_context(_to_nowhere(descriptor))
        different = {id(stream): stream for stream in streams}
        for stream in different.values():
            undo.enter_context(_deaf(stream))
        undo.enter_context(_no_displays())
        undo.enter_context(unattended())
        undo.enter_context(contextlib.redirect_stdout(sink))
        undo.enter_context(contextlib.redirect_stderr(sink))
        yield


class Printed(io.TextIOBase):
    """A text stream that keeps the beginning of what is written to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._free = _MAX_PRINTED
        self._cut = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._free > 0:
            self._pieces.append(text[: self._free])
        self._cut = self._cut or len(text) > self._free
        self._free -= len(text)
        return len(text)

    def close(self) -> None:
        """A notebook's streams stay open."""

    def taken(self) -> str:
        """What was kept, of which nothing is kept any more."""
        text = "".join(self._pieces).rstrip() + (_CUT if self._cut else "")
        # Half a character can be printed, and sent to no notebook.
        text = text.encode("utf-8", "replace").decode("utf-8")
        self._pieces, self._free, self._cut = [], _MAX_PRINTED, False
        return text


@contextlib.contextmanager
def _deaf(stream: Any) -> Iterator[None]:
    """The stream object itself ignores what is written: a logging handler may hold on to it."""
    try:
        stream.flush()
        before = vars(stream).get("write")
        stream.write = len
    except (AttributeError, TypeError, ValueError, OSError):  # None, closed, or not to be changed
        yield
        return
    try:
        yield
    finally:
        _flush(stream)  # what went past write is not
        if before is None:
            del stream.write
        else:
            stream.write = before


def _flush(stream: Any) -> None:
    with contextlib.suppress(AttributeError, TypeError, ValueError, OSError):
        stream.flush()


@contextlib.contextmanager
def _to_nowhere(descriptor: int) -> Iterator[None]:
    try:
        kept = os.dup(descriptor)
    except OSError:  # not open
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


@contextlib.contextmanager
def _no_displays() -> Iterator[None]:
    """Figures and other rich output of student code are not part of what the check says."""
    if "IPython" not in sys.modules:
        yield
        return
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False, display=True):
        yield
