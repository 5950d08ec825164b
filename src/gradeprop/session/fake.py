"""A session for tests: its outcomes are written down beforehand, no code runs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from gradeprop.session.interface import (
    Ask,
    Call,
    CellOutcome,
    CellSource,
    Limits,
    Missing,
    Outcome,
    Place,
    Read,
    ReadAll,
    Returned,
    Sandbox,
    Session,
    Stopped,
)

__all__ = ["FakeSandbox", "FakeSession"]

Scripted = Outcome | Callable[[Ask], Outcome]


class FakeSession(Session):
    """Answers from a script and remembers what it was asked.

    Args:
        answers: by name, the outcome of a `Read`, `Call` or `Run` (by its function's name), or a
            function that gives it; names that are not there are `Missing`.
        cells: by cell label, what running it gives; others run well and show nothing.

    Attributes:
        ran: the cells that were run, in order.
        asked: the asks of each `ask`, in order.
        places: how many cells had run at each `mark`.
        asked_at: the place that each `ask` was about.
        closed: whether `close` was called.
    """

    def __init__(
        self,
        answers: Mapping[str, Scripted] | None = None,
        *,
        cells: Mapping[str, CellOutcome] | None = None,
    ) -> None:
        self.answers = dict(answers or {})
        self.cells = dict(cells or {})
        self.ran: list[CellSource] = []
        self.asked: list[list[Ask]] = []
        self.places: list[int] = []
        self.asked_at: list[Place | None] = []
        self.closed = False

    def run(self, cell: CellSource) -> CellOutcome:
        self.ran.append(cell)
        return self.cells.get(cell.label, CellOutcome("ok", execution_count=len(self.ran)))

    def mark(self, names: Iterable[str] = ()) -> Place:  # noqa: ARG002
        self.places.append(len(self.ran))
        return Place(len(self.places) - 1)

    def ask(
        self,
        asks: Sequence[Ask],
        *,
        at: Place | None = None,
        seconds: float | None = None,  # noqa: ARG002
    ) -> list[Outcome]:
        self.asked.append(list(asks))
        self.asked_at.append(at)
        outcomes: list[Outcome] = []
        for ask in asks:
            if outcomes and isinstance(outcomes[-1], Stopped):
                outcomes.append(outcomes[-1])
                continue
            outcomes.append(self._answer(ask))
        return outcomes

    def _answer(self, ask: Ask) -> Outcome:
        if isinstance(ask, ReadAll):
            return self._together([self._answer(Read(name)) for name in ask.names])
        scripted = self.answers.get(ask.name, Missing(ask.name))
        return scripted(ask) if callable(scripted) else scripted

    @staticmethod
    def _together(outcomes: Sequence[Outcome]) -> Outcome:
        """All values as one tuple, or the first outcome that is none."""
        values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
        if len(values) == len(outcomes):
            return Returned(tuple(values))
        return next(outcome for outcome in outcomes if not isinstance(outcome, Returned))

    def close(self) -> None:
        self.closed = True

    @property
    def calls(self) -> list[Call]:
        """All calls that were asked for, over all checks."""
        everything = itertools.chain.from_iterable(self.asked)
        return [ask for ask in everything if isinstance(ask, Call)]


class FakeSandbox(Sandbox):
    """Hands out the given sessions one after the other.

    Attributes:
        opened: the arguments of each `open`.
    """

    level = "none"

    def __init__(self, sessions: Iterable[FakeSession]) -> None:
        self._sessions = iter(sessions)
        self.opened: list[tuple[Limits, int, dict[str, bytes]]] = []
        self.closed = False

    def double(self) -> FakeSandbox:
        return self

    def open(
        self, *, limits: Limits, seed: int, files: Mapping[str, bytes] | None = None
    ) -> FakeSession:
        self.opened.append((limits, seed, dict(files or {})))
        return next(self._sessions)

    def close(self) -> None:
        self.closed = True
