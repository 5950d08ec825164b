"""What one submission may still use, all its processes and every replay together. Trusted side.

The student's side keeps limits of its own and says so in better words, but a student can replace
what keeps them. Here nothing that it says is believed: what counts is what the grader itself has
waited for, taken in and measured."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gradeprop.session import messages
from gradeprop.session.grader.asking import Cut
from gradeprop.session.grader.contention import Contention
from gradeprop.session.interface import Limits
from gradeprop.session.wire.frames import WireError

__all__ = ["Allowance", "processor_limit_s"]

# A submission has its whole time for its cells, once more for what is asked, and once more for both
# at the places that are gone back to.
_WHOLES: Final = 3
_PROCESSORS: Final = os.cpu_count() or 1
# Values of the largest size that are taken in from one submission.
_LARGEST_ANSWERS: Final = 16


def processor_limit_s(limits: Limits) -> int:
    """Seconds of processor time of all processes of a submission together."""
    return int(limits.total_s * 4) + 60


class Allowance:
    """Of one submission, from its first process to its last.

    Args:
        limits: what the submission may use.
        processor_s: says how many seconds of processor time have been used where the submission
            runs, or None where that cannot be told apart from what others use.
        contention: whether what took long had the processor.
    """

    def __init__(
        self,
        limits: Limits,
        processor_s: Callable[[], float | None] = lambda: None,
        contention: Contention | None = None,
    ) -> None:
        self.contention = contention or Contention()
        self._left_s = _WHOLES * limits.total_s
        self._left_bytes = _LARGEST_ANSWERS * limits.result_mb << 20
        self._total_s = limits.total_s
        self._processor_limit_s = processor_limit_s(limits)
        self._processor_s = processor_s
        self._before_s = processor_s()
        self._used_s = 0.0
        self._measured = time.monotonic()
        self._bytes_words = messages.too_much_sent(self._left_bytes >> 20)

    @property
    def cut(self) -> Cut | None:
        """Why nothing more may be asked of the submission, else None."""
        if self._left_s <= 0:
            return Cut("timeout", messages.total_spent(self._total_s))
        if self._used_s > self._processor_limit_s:
            return Cut("timeout", messages.too_much_processor(self._processor_limit_s))
        if self._left_bytes < 0:
            return Cut("output", self._bytes_words)
        return None

    @contextmanager
    def waiting(self, deadline: float) -> Iterator[float]:
        """A time in which the submission is waited for, which counts.

        Args:
            deadline: when it is to be over (of `time.monotonic`).

        Yields: when it is over at the latest.

        Raises:
            WireError: the submission has used up its processor time meanwhile (``"deadline"``).
        """
        began = time.monotonic()
        try:
            yield min(deadline, began + self._left_s)
        finally:
            self._left_s -= time.monotonic() - began
        self._count_processor()

    def take(self, size: int) -> None:
        """So many bytes have come from the submission.

        Raises:
            WireError: they are too many (``"too_big"``).
        """
        self._left_bytes -= size
        if self._left_bytes < 0:
            raise WireError("too_big", self._bytes_words)

    def _count_processor(self) -> None:
        """Measure only when it might be too much: it cannot be more than all processors together
        had time for since it was measured."""
        if self._before_s is None:
            return
        now = time.monotonic()
        most_s = self._used_s + (now - self._measured) * _PROCESSORS
        if most_s <= self._processor_limit_s:
            return
        used = self._processor_s()
        if used is not None:
            self._used_s = max(0.0, used - self._before_s)
            self._measured = now
        if self._used_s > self._processor_limit_s:
            raise WireError("deadline", "the submission's processor time is used up")
