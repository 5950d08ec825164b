"""One check's questions, and what came of asking them. Trusted side; plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from gradeprop.session import messages
from gradeprop.session.interface import Ask, Limits, Outcome, Stopped, StopReason, only_reads
from gradeprop.session.wire.asks import encode_asks
from gradeprop.session.wire.frames import Frame, WireError, decode_json
from gradeprop.session.wire.outcomes import decode_outcomes

__all__ = ["FORGOTTEN", "Answers", "Cut", "Questions", "answer_in", "worded"]

_SMALL: Final = 1 << 14


@dataclass(frozen=True)
class Cut:
    """Why a child did not do what was asked, or not to the end.

    Attributes:
        reason, message: what the student hears.
        gone: whether the child had ended by itself.
    """

    reason: StopReason
    message: str
    gone: bool = False


@dataclass(frozen=True)
class Answers:
    """The outcomes of one check's asks, in order.

    Attributes:
        outcomes: those that came.
        cut: why not all of them did, else None.
        forgotten: whether none came because what was to be asked is no longer there.
    """

    outcomes: tuple[Outcome, ...] = ()
    cut: Cut | None = None
    forgotten: bool = False

    def of_each(self, asks: Sequence[Ask]) -> list[Outcome]:
        """One outcome for each ask: from where the answers were cut, that they were."""
        outcomes = list(self.outcomes)
        if self.cut is not None:
            stopped = Stopped(self.cut.reason, self.cut.message)
            outcomes += [stopped] * (len(asks) - len(outcomes))
        return outcomes


FORGOTTEN: Final = Answers(forgotten=True)


@dataclass(frozen=True)
class Questions:
    """The asks of one check, as they are and as they travel.

    Attributes:
        seconds: what answering all of them may take.
        late: what the student hears when that is over, where it is not that one answer took too
            long; never how much was left, which earlier answers can choose.
    """

    asks: Sequence[Ask]
    rows: list[Any]
    tail: bytes
    seconds: float
    late: str | None = None

    @staticmethod
    def of(asks: Sequence[Ask], seconds: float, late: str | None = None) -> Questions:
        """``asks``, ready to be sent.

        Raises:
            TypeError: an argument is not a `Value` that travels.
        """
        rows, tail = encode_asks(asks)
        return Questions(asks, rows, tail, seconds, late)

    @property
    def only_reads(self) -> bool:
        """Whether no code of the student's runs to answer them."""
        return only_reads(self.asks)

    def too_late(self, answered: int) -> str:
        """What the student hears when time is up after the first ``answered`` of them."""
        return self.late or messages.answer_too_slow(self.asks[answered].subject, self.seconds)


def answer_in(frame: Frame, ask: Ask, limits: Limits) -> Outcome | None:
    """The outcome of ``ask`` in ``frame``; None if it says that what to ask is gone.

    Raises:
        WireError: that is no answer.
    """
    if frame.head.get("gone") is True:
        return None
    small = len(frame.text) + len(frame.tail) <= _SMALL
    decode = _decoded if small else _decoded.__wrapped__
    outcomes = decode(frame.text, frame.tail)
    if len(outcomes) != 1:
        raise WireError("malformed", "not one answer")
    return worded(outcomes[0], ask, limits)


@lru_cache(maxsize=2048)
def _decoded(text: bytes, tail: bytes) -> Sequence[Outcome]:
    """The outcomes in a frame. Those of the same bytes are one object, which tells whoever judges
    it that it has been judged before.

    Raises:
        WireError: it is no frame of outcomes.
    """
    return decode_outcomes(decode_json(text).get("outcomes"), tail)


def worded(outcome: Outcome, ask: Ask, limits: Limits) -> Outcome:
    """``outcome`` of ``ask``; a stop in our words, since the child's could carry an input."""
    if not isinstance(outcome, Stopped):
        return outcome
    if outcome.reason == "memory":
        return Stopped("memory", messages.too_much_memory(limits.memory_mb))
    if outcome.reason == "output":
        return Stopped("output", messages.answer_too_large(ask.subject, limits.result_mb))
    return Stopped("killed", messages.MALFORMED)
