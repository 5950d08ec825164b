"""Whether a submission that ran out of time had the processor. Trusted side.

The kernel counts for each thread how long it could have run and did not, since others did. On a
quiet machine nobody waits, and code that sleeps never does; on a busy one an endless loop waits as
honest work does (with eight other busy processes on two processors, for 30 to 70 % of its time). So
this is no verdict: it says whose time is to be measured again, alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from gradeprop.session.wire.frames import Channel

__all__ = ["SHARE", "Contention"]

SHARE = 0.1
"""Of a time that ran out, the part spent in waiting for a processor from which on it is measured
again."""

# How often to look at least, and in how many parts of a shorter time.
_LOOK_S: Final = 1.0
_LOOKS: Final = 8


class Contention:
    """Of one submission.

    Args:
        waited_s: for how long all threads of its processes have waited for a processor until now.
    """

    def __init__(self, waited_s: Callable[[], float] = lambda: 0.0) -> None:
        self._waited_s = waited_s
        self._share = 0.0

    @property
    def disturbed(self) -> bool:
        """Whether in the last long wait the submission did not have the processor."""
        return self._share >= SHARE

    def look(self, channel: Channel, end: float) -> None:
        """Wait until something comes through ``channel`` or it is ``end``.

        What takes long is looked at meanwhile, since a process that ends takes its counts along."""
        step = max(0.0, min(_LOOK_S, (end - time.monotonic()) / _LOOKS))
        first: tuple[float, float] | None = None
        while not channel.comes(step):
            now, waited = time.monotonic(), self._waited_s()
            if first is None:
                first = now, waited
            elif now > first[0]:
                self._share = max(0.0, waited - first[1]) / (now - first[0])
            if now >= end:
                return
