"""Ctrl-C where it must not be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Hear Ctrl-C at the end of the block; a second one is heard at once.

    For importing torch: KeyboardInterrupt is raised wherever Python happens to be, and torch has
    places that swallow it and go on, or end in another error."""
    before = signal.getsignal(signal.SIGINT)
    # Signals are heard in the main thread only, and a job in the background of a script ignores
    # this one.
    if threading.current_thread() is not threading.main_thread() or before is signal.SIG_IGN:
        yield
        return
    heard = False

    def note(*_: object) -> None:
        nonlocal heard
        heard = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt
