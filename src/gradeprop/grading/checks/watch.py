"""Where graders' own code stands, written down for another process to see.

A grader that loops for ever, or crashes in C code, cannot tell so itself, and no signal stops it.
The process that runs it notes which check of which submission it is about to begin; who watches it
reads that, and ends it where it does not come to an end (`gradeprop.grading.run.watched`). A word
in shared memory costs nothing, where a message for each check would be a tenth of grading."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gradeprop.system import is_linux

if is_linux():
    import resource

__all__ = ["WORDS", "Seen", "Watch"]

WORDS: Final = 5
_READY: Final = 4
_NOWHERE: Final = -1
_MEMORY: Final = 4 << 30
"""What a grader's own code may take beyond what its process has; half of the machine at most."""


@dataclass(frozen=True)
class Seen:
    """Graders' code that is running.

    Attributes:
        since: when its present stretch began (of `time.monotonic`).
        submission: which of the batch it runs for; None before any, while files are imported.
        check: which of the assignment's checks it is; None likewise.
        imported: of which of the assignment's exercises the grader is being imported; None else.
    """

    since: float
    submission: int | None = None
    check: int | None = None
    imported: int | None = None


class Watch:
    """Written by the process that runs graders, read by another.

    Args:
        words: `WORDS` integers, in memory that both see; its own if nobody watches.
        bounded: whether graders' code may take only so much memory: what is more is a MemoryError
            in it.
    """

    def __init__(self, words: MutableSequence[int] | None = None, *, bounded: bool = False) -> None:
        self._words = [0] * WORDS if words is None else words
        self._most = _most_bytes() if bounded else None

    def tell_ready(self) -> None:
        """The process can begin, and be asked where it stands."""
        self._words[_READY] = 1

    @property
    def is_ready(self) -> bool:
        """Whether the process has said so, for who watches."""
        return bool(self._words[_READY])

    def begins(self, submission: int | None = None, check: int | None = None) -> None:
        """From now on graders' code runs for this check."""
        self._note(submission, check, None)

    def imports(self, exercise: int) -> None:
        """From now on the grader of this exercise is being imported."""
        self._note(None, None, exercise)

    def _note(self, *what: int | None) -> None:
        self._words[1:_READY] = [_NOWHERE if item is None else item for item in what]
        self._go_on()

    def ends(self) -> None:
        """It does not run any more."""
        self._words[0] = 0
        self._bound(None)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile something else runs, on which others keep an eye."""
        was_running = self._words[0] != 0
        self.ends()
        try:
            yield
        finally:
            if was_running:
                self._go_on()

    def seen(self) -> Seen | None:
        """What runs now, for who watches; None if no grader's code does."""
        since, *what = self._words[:_READY]
        if since == 0:
            return None
        return Seen(since * 1e-9, *(None if item == _NOWHERE else item for item in what))

    def _go_on(self) -> None:
        self._words[0] = time.monotonic_ns()
        self._bound(self._most)

    def _bound(self, most: int | None) -> None:
        """Bound what this process may have in memory. Not what it starts: that has its own."""
        if self._most is None:
            return
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = hard if most is None else most
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _most_bytes() -> int | None:
    """What this process may have in private memory while graders' code runs; None where it cannot
    be bounded."""
    if not is_linux():
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        page = resource.getpagesize()
        now = int(Path("/proc/self/statm").read_text().split()[5]) * page
        machine = int(Path("/proc/meminfo").read_text().split()[1]) << 10
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = now + min(_MEMORY, machine // 2)
        return most if hard == resource.RLIM_INFINITY else min(most, hard)
    return None
