"""One process of a notebook, as the grader sees it, wherever it comes from. Trusted side."""

from __future__ import annotations

from typing import Protocol

from gradeprop.session.wire.frames import Channel

__all__ = ["Child"]


class Child(Protocol):
    """Runs the student's code at the other end of ``channel``."""

    channel: Channel

    def interrupt(self) -> None:
        """Ctrl-C."""

    def allow(self, *, forks: int, files: int) -> None:
        """Where they are counted: the next ``forks`` and so many ``files`` are the grader's."""

    def processes(self) -> set[int]:
        """It and all that runs or has not been buried beside it, by their ids here."""

    def ended(self, seconds: float) -> int | None:
        """Its exit code (minus the signal that ended it) if it ends within ``seconds``."""

    def kill(self) -> int:
        """End it and everything it started; returns its exit code.

        Raises:
            WarmProcessLostError: the warm process that it came from does not obey any more.
        """
