"""A word to whoever waits while one call of theirs does not end, although all that is printed is
captured meanwhile."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

__all__ = ["aloud", "watched"]

AFTER_S: Final = 10.0
_Timer: Final = threading.Timer


class _Voice:
    """Where this process really writes, as it was before anything was captured."""

    def __init__(self, write: Callable[[str], None], stop: str) -> None:
        self._write = write
        self._stop = stop
        self._said: set[str] = set()
        self._lock = threading.Lock()
        self._open = True

    def say(self, what: str) -> None:
        """Of each call once, however often it is made."""
        with self._lock, contextlib.suppress(Exception):  # nobody has to hear it
            if self._open and what not in self._said:
                self._said.add(what)
                self._write(
                    f"Still running {what}; is there a loop that never ends? "
                    f"Press {self._stop} to stop.\n"
                )

    def end(self) -> None:
        with self._lock:
            self._open = False


_voices: Final[list[_Voice]] = []


@contextlib.contextmanager
def aloud() -> Iterator[None]:
    """In this block `watched` is heard. Begin it before anything is captured.

    A kernel shows it below the cell, on stdout: nbgrader gives nothing for a cell that has written
    to stderr. A terminal gets it on stderr, since its stdout is for a program to read."""
    stdout = sys.stdout
    descriptor = None
    if _in_kernel():
        voice = _Voice(lambda text: _write_past(stdout, text), "■")
    else:
        descriptor = _copy_of_stderr()
        voice = _Voice(lambda text: _write_to(descriptor, text), "Ctrl-C")
    _voices.append(voice)
    try:
        yield
    finally:
        _voices.remove(voice)
        voice.end()
        if descriptor is not None:
            os.close(descriptor)


@contextlib.contextmanager
def watched(what: str) -> Iterator[None]:
    """Say so if the block takes long.

    Args:
        what: what is running, for the sentence.
    """
    timer = _begun(what)
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()


def _begun(what: str) -> threading.Timer | None:
    if not _voices:
        return None
    timer = _Timer(AFTER_S, _voices[-1].say, [what])
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # no more threads, or Python is ending
        return None
    return timer


def _in_kernel() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _write_past(stream: Any, text: str) -> None:
    """With the stream's own method, whatever stands before it meanwhile."""
    type(stream).write(stream, text)
    type(stream).flush(stream)


def _copy_of_stderr() -> int | None:
    try:
        return os.dup(2)
    except OSError:  # there is none
        return None


def _write_to(descriptor: int | None, text: str) -> None:
    if descriptor is not None:
        os.write(descriptor, text.encode("ascii", "replace"))
