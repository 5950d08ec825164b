"""The line to one child: frames with a deadline, and what it means when one does not come.

Trusted side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from gradeprop.session import messages
from gradeprop.session.grader.allowance import Allowance
from gradeprop.session.grader.asking import Cut
from gradeprop.session.grader.child import Child
from gradeprop.session.interface import Limits, StopReason
from gradeprop.session.wire.frames import Channel, Frame, WireError
from gradeprop.system import KILLED

__all__ = ["Line"]

_JSON_SLACK: Final = 1 << 20


class Line:
    """To one child, of use until something goes wrong on it.

    Args:
        child: fresh from the warm process.
        limits: what the submission may use.
        memory_ran_out: says whether the kernel has just killed something for memory; raises
            GraderFault if that was not the submission's.
        allowance: what the submission may still use; the line cuts off whoever uses more.

    Attributes:
        grace_s: after Ctrl-C a cell may take this long to stop by itself; after a check's
            deadline, its process.
        is_lost: whether something went wrong; the child is of no use any more.
    """

    grace_s: float = 1.0

    def __init__(
        self,
        child: Child,
        limits: Limits,
        memory_ran_out: Callable[[], bool],
        allowance: Allowance,
    ) -> None:
        self.is_lost = False
        self._child = child
        self._limits = limits
        self._memory_ran_out = memory_ran_out
        self._allowance = allowance
        self._number = 0

    def next_number(self) -> int:
        """For a request whose answer must name it."""
        self._number += 1
        return self._number

    def send(
        self,
        head: dict[str, Any],
        tail: bytes = b"",
        *,
        deadline: float,
        fds: Sequence[int] = (),
        to: Channel | None = None,
    ) -> None:
        """Send one frame.

        Args:
            to: a checker's channel, if not to the child itself.

        Raises:
            WireError: the child does not take it; see `cut_by`.
        """
        with self._allowance.waiting(deadline) as end:
            (to or self._child.channel).send(head, tail, fds=fds, deadline=end)

    def receive(self, deadline: float, *, answers: int = 1, of: Channel | None = None) -> Frame:
        """Wait for one frame, which may hold so many ``answers``.

        Args:
            of: a checker's channel, if not of the child itself.

        Raises:
            WireError: it does not come, or is none; see `cut_by`.
        """
        channel = of or self._child.channel
        with self._allowance.waiting(deadline) as end:
            self._allowance.contention.look(channel, end)
            frame = channel.receive(
                deadline=end, json_cap=self._json_cap, tail_cap=self._tail_cap(answers)
            )
        self._allowance.take(frame.size)
        return frame

    def in_time(self, head: dict[str, Any], deadline: float) -> Frame | None:
        """What the child says to ``head``; None if nothing by the deadline.

        Raises:
            WireError: it is gone, or says no frame; see `cut_by`.
        """
        try:
            self.send(head, deadline=deadline)
            return self.receive(deadline)
        except WireError as error:
            if error.kind != "deadline":
                raise
            return None

    @property
    def _json_cap(self) -> int:
        """The most bytes of JSON in one frame of the student's side."""
        # Text may need six bytes of JSON for one.
        text = 8 * (self._limits.output_kb_cell << 10)
        return text + (self._limits.result_mb << 20) + _JSON_SLACK

    def _tail_cap(self, answers: int) -> int:
        """The most bytes after the JSON in a frame with so many ``answers``."""
        return 2 * answers * (self._limits.result_mb << 20) + _JSON_SLACK

    def give_up(self) -> None:
        """The child is of no use any more, which is nothing to tell the student."""
        self.is_lost = True

    def lose(self, reason: StopReason, message: str, *, gone: bool = False) -> Cut:
        """Give the child up, for this reason."""
        self.is_lost = True
        return Cut(reason, message, gone)

    def cut_by(self, error: WireError, late: str) -> Cut:
        """What ``error`` on this line means; the child is lost.

        Args:
            late: what the student hears if time was up.

        Raises:
            WarmProcessLostError: the warm process went away, and the child with it.
            GraderFault: memory ran out that was not the submission's.
        """
        if error.kind == "deadline":
            return self.lose("timeout", self.late(late))
        gone = error.kind == "eof"
        code = self._child.ended(self.grace_s) if gone else None
        reason, message = self.why(error, code)
        return self.lose(reason, message, gone=gone)

    def late(self, said: str) -> str:
        """What the student hears when time was up: ``said``, or that the whole allowance is."""
        cut = self._allowance.cut
        return said if cut is None else cut.message

    def why(self, error: WireError, code: int | None) -> tuple[StopReason, str]:
        """What the student hears when an exchange broke off and its process ended with ``code``."""
        if error.kind == "too_big":
            cut = self._allowance.cut
            if cut is not None:
                return cut.reason, cut.message
            return "output", f"the answer is larger than {self._limits.result_mb} MiB"
        if error.kind == "malformed":
            return "killed", messages.MALFORMED
        killed = code == KILLED and self._memory_ran_out()
        if killed or code == messages.OUT_OF_MEMORY:
            return "memory", messages.too_much_memory(self._limits.memory_mb)
        return "killed", messages.ended(code)
