"""Ctrl-C while workers start and while they work."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from gradeprop.system import interrupts_held


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """For starting a worker: Ctrl-C is heard here at the end of the block, and the worker does not
    hear it before it has said that it does not care, say halfway through its imports."""
    heard: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread() and before is not signal.SIG_IGN
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with interrupts_held():
            yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt


@contextmanager
def interrupt() -> Iterator[Connection]:
    """A connection on which something comes at Ctrl-C, instead of an exception.

    Python raises KeyboardInterrupt wherever it happens to be, also where nothing can pass it on (a
    finalizer, a callback from C), and then it is lost. A second Ctrl-C is Python's own again.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    # Signals are heard in the main thread only, and a job in the background of a script ignores
    # this one.
    if threading.current_thread() is not threading.main_thread() or before is signal.SIG_IGN:
        with ours, theirs:
            yield ours
        return

    def note(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        theirs.send_bytes(b"x")

    with ours, theirs:
        signal.signal(signal.SIGINT, note)
        try:
            yield ours
        finally:
            signal.signal(signal.SIGINT, before)
