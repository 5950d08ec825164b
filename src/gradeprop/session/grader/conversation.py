"""What the grader and one child of the warm process say to each other.

Trusted side. Nothing that comes from the child is believed: there is a deadline on every word, it
is decoded with every field checked, and whatever is wrong with it cuts the conversation short with
a reason for the student."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from gradeprop.session import messages
from gradeprop.session.grader.allowance import Allowance
from gradeprop.session.grader.asking import FORGOTTEN, Answers, Cut, Questions, answer_in, worded
from gradeprop.session.grader.checkers import Checkers
from gradeprop.session.grader.child import Child
from gradeprop.session.grader.line import Line
from gradeprop.session.interface import CellOutcome, CellSource, Limits, Outcome
from gradeprop.session.wire.cells import clean_cell, optional_count, optional_text
from gradeprop.session.wire.frames import Frame, WireError
from gradeprop.session.wire.outcomes import decode_outcomes

__all__ = ["Conversation"]

# To take in what it starts from.
_START_S: Final = 30.0
# A context on a device that another process holds can take seconds; a busy machine may need many
# times that.
_GPU_START_S: Final = 120.0


class Conversation:
    """With one child, from its first request to its end.

    Every method may raise `WarmProcessLostError`: the warm process went away, and the child with
    it.

    Args:
        child: fresh from the warm process.
        limits: what the submission may use.
        supervised: whether forks must be announced to the warm process.
        memory_ran_out: says whether the kernel has just killed something for memory.
        allowance: what the submission may still use; a fresh one if not given.
    """

    def __init__(
        self,
        child: Child,
        limits: Limits,
        *,
        supervised: bool,
        memory_ran_out: Callable[[], bool],
        allowance: Allowance | None = None,
    ) -> None:
        self._child = child
        self._limits = limits
        self._line = Line(child, limits, memory_ran_out, allowance or Allowance(limits))
        self._checkers = Checkers(child, self._line, limits, supervised=supervised)

    @property
    def has_ended(self) -> bool:
        """Whether the child has ended by itself meanwhile."""
        return self._child.ended(0) is not None

    @property
    def is_lost(self) -> bool:
        """Whether the child has been given up: it is of no use any more."""
        return self._line.is_lost

    def start(self, seed: int, files: dict[str, bytes], *, gpu: bool = False) -> Cut | None:
        """Tell the child what to start from.

        Args:
            gpu: start CUDA in it, which may take seconds, before any time counts.

        Returns: why it does not listen, or CUDA does not start; else None.
        """
        limits = self._limits
        head = {
            "op": "start",
            "seed": seed,
            "files": [[name, len(data)] for name, data in files.items()],
            "cell_bytes": limits.output_kb_cell << 10,
            "total_bytes": limits.output_kb_total << 10,
            "result_bytes": limits.result_mb << 20,
            "gpu": gpu,
            "memory_mb": limits.memory_mb,
        }
        try:
            # No code of the student's has run in it yet: this is at nobody's expense.
            contents = b"".join(files.values())
            self._child.channel.send(head, contents, deadline=time.monotonic() + _START_S)
            return self._hear_of_gpu() if gpu else None
        except WireError as error:
            return self._line.cut_by(error, "the session did not start")

    def _hear_of_gpu(self) -> Cut | None:
        """Whether CUDA has started in the child, in which no student code has run yet."""
        frame = self._child.channel.receive(deadline=time.monotonic() + _GPU_START_S)
        said = frame.head.get("gpu", "no word of it")
        if said is None:
            return None
        return self._line.lose("killed", f"CUDA does not start in the sandbox: {said}")

    def run(self, cell: CellSource, seconds: float) -> CellOutcome | Cut:
        """Run one cell; a `Cut` if it took the child with it."""
        began = time.monotonic()
        number = self._line.next_number()
        head = {"op": "run", "n": number, "source": cell.source, "label": cell.label}
        late = messages.cell_too_slow(seconds)
        try:
            frame = self._line.in_time(head, began + seconds)
            interrupted = frame is None
            if frame is None:
                self._child.interrupt()
                frame = self._line.receive(time.monotonic() + self._line.grace_s)
        except WireError as error:
            return self._line.cut_by(error, late)
        taken = time.monotonic() - began
        try:
            outcome = self._cell_outcome(frame, number)
        except WireError:
            return self._line.lose("killed", messages.MALFORMED)
        if interrupted:
            outcome = replace(outcome, status="timeout", message=late)
        return replace(outcome, seconds=taken)

    def _cell_outcome(self, frame: Frame, number: int) -> CellOutcome:
        head = frame.head
        status = head.get("status")
        if head.get("n") != number or status not in ("ok", "error", "memory", "output"):
            raise WireError("malformed", "not a cell's outcome")
        message = optional_text(head.get("message"))
        if status == "memory":
            message = messages.too_much_memory(self._limits.memory_mb)
        elif status == "output":
            message = messages.too_much_output(self._limits.output_kb_total)
        cell = clean_cell(head.get("outputs"))
        return CellOutcome(
            status,
            cell.outputs,
            optional_count(head.get("count")),
            message=message,
            displays=cell.displays,
            updates=cell.updates,
        )

    def mark(self, place: int, names: Sequence[str]) -> Cut | None:
        """Have the child remember, under the number ``place``, what ``names`` are bound to now.

        Returns: why it does not, else None.
        """
        head = {"op": "mark", "place": place, "names": list(names)}
        try:
            self._line.send(head, deadline=time.monotonic() + self._line.grace_s)
        except WireError as error:
            return self._line.cut_by(error, messages.MALFORMED)
        return None

    def read(self, questions: Questions) -> Answers:
        """The outcomes of asks that are all `Read`: the child answers them itself."""
        deadline = time.monotonic() + questions.seconds
        number = self._line.next_number()
        head = {"op": "read", "n": number, "asks": questions.rows}
        try:
            self._line.send(head, questions.tail, deadline=deadline)
            frame = self._line.receive(deadline + self._line.grace_s, answers=len(questions.asks))
        except WireError as error:
            return Answers(cut=self._line.cut_by(error, questions.too_late(0)))
        outcomes = self._read_in(frame, number)
        if len(outcomes) != len(questions.asks):
            return Answers(cut=self._line.lose("killed", messages.MALFORMED))
        pairs = zip(outcomes, questions.asks, strict=True)
        return Answers(tuple(worded(outcome, ask, self._limits) for outcome, ask in pairs))

    @staticmethod
    def _read_in(frame: Frame, number: int) -> list[Outcome]:
        """The outcomes in ``frame``; none if it is no answer to the request ``number``."""
        if frame.head.get("n") != number:
            return []
        try:
            return decode_outcomes(frame.head.get("outcomes"), frame.tail)
        except WireError:
            return []

    def recall(self, place: int | None, questions: Questions) -> Answers:
        """The outcomes of asks about an earlier place, or about the present one if not given, which
        the child answers itself, one by one.

        `FORGOTTEN` if what to ask is not there any more. No cell may be run in it afterwards.
        """
        deadline = time.monotonic() + questions.seconds
        head = {"op": "ask", "place": place, "asks": questions.rows}
        outcomes: list[Outcome] = []
        try:
            self._line.send(head, questions.tail, deadline=deadline)
            for ask in questions.asks:
                outcome = answer_in(self._line.receive(deadline), ask, self._limits)
                if outcome is None:
                    return FORGOTTEN
                outcomes.append(outcome)
        except WireError as error:
            cut = self._line.cut_by(error, questions.too_late(len(outcomes)))
            return Answers(tuple(outcomes), cut)
        return Answers(tuple(outcomes))

    def check(self, questions: Questions) -> Answers:
        """The outcomes of asks with calls: a fork of the child answers them, one by one."""
        return self._checkers.ask(questions)

    def close(self) -> None:
        """End the child and everything it started.

        Raises:
            WarmProcessLostError: the warm process does not obey any more.
        """
        self._child.kill()
