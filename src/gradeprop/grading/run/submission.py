"""One submission under way: its cells run in order, and each part is asked about its own place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.course.limits import Limits
from gradeprop.errors import GraderFault
from gradeprop.grading.result.verdict import ExecutedCell
from gradeprop.grading.run.displays import final_outputs
from gradeprop.grading.run.settled import Settled
from gradeprop.notebook.restore import RestoredNotebook, RunCell
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Missing,
    Outcome,
    Place,
    Session,
    carries_code,
    only_reads,
)
from gradeprop.session.unkept import not_kept

OpenSession: TypeAlias = Callable[[], Session]


@dataclass
class Foreseen:
    """What a part's checks will ask, as far as it is known before any cell runs.

    Attributes:
        reads: the asks of each check that only reads names.
        names: those that the other checks ask about.
    """

    reads: set[tuple[Ask, ...]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, asks: Sequence[Ask]) -> None:
        """Foresee one more check."""
        if only_reads(asks):
            self.reads.add(tuple(asks))
        else:
            self.names.update(name for ask in asks for name in ask.names)


@dataclass(frozen=True)
class FirstAnswers:
    """What was answered without going through the notebook again.

    Attributes:
        there: whether it was answered at the part's place. A later answer counts only if it is
            right: a later cell may be to blame for anything else.
    """

    outcomes: list[Outcome]
    there: bool


@dataclass
class SubmissionRun:
    """Drives one student's session on one device.

    All cells run first. On the way, checks that only read names are answered at their places;
    afterwards the others are asked with `first`, which costs next to nothing, and those that do not
    pass so with `again`, part by part in the order of the notebook. The session is opened at the
    first question and ended by `close`."""

    notebook: RestoredNotebook
    answers: Mapping[str, PartKey]
    """Which part the cell with this grade id answers."""
    open_session: OpenSession
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """By exercise: how long its cells and checks may take, where not as long as the session
    allows."""
    foreseen: Mapping[PartKey, Foreseen] = field(default_factory=dict)
    late_answers: bool = True
    """Whether to ask the process that has run all cells first."""
    asked: int = 0
    asked_again: int = 0
    outcomes: list[tuple[RunCell, CellOutcome]] = field(default_factory=list)
    part_outcomes: dict[PartKey, CellOutcome] = field(default_factory=dict)
    run_s: float = 0.0
    checks_s: float = 0.0
    longest_check_s: float = 0.0
    disturbed: bool = False
    """Once closed: whether something ran out of time while others had the processor, or the grader
    failed by itself, say for lack of memory; it may not when nothing else runs."""
    _fault: GraderFault | None = None
    """What kept the cells from running."""
    _session: Session | None = None
    _settled: Settled | None = None
    _places: dict[PartKey, Place] = field(default_factory=dict)
    _read: dict[tuple[PartKey, tuple[Ask, ...]], list[Outcome]] = field(default_factory=dict)

    def first(self, part: PartKey, asks: Sequence[Ask]) -> FirstAnswers | None:
        """What is answered without going through the notebook again; None if nothing is.

        Raises:
            GraderFault: the part has no place in the release.
        """
        self._at(part)
        self.asked += 1
        there = self._read.get((part, tuple(asks))) if only_reads(asks) else None
        if there is not None:
            return FirstAnswers(self._explained(part, there), there=True)
        late = self.recall(part, asks) if self.late_answers else None
        return None if late is None else FirstAnswers(late, there=False)

    def recall(self, part: PartKey, asks: Sequence[Ask]) -> list[Outcome] | None:
        """Ask the process that has run all cells; None where it cannot be asked."""
        session, place = self._at(part)
        with self._timed():
            outcomes = session.recall(asks, at=place, seconds=self._check_s(part))
        return None if outcomes is None else self._explained(part, outcomes)

    def is_settled(self, part: PartKey, asks: Sequence[Ask]) -> bool:
        """Whether a late answer is what the part's own place would have given, right or not.

        Of code of the grader's that is not known: it may ask for anything of torch."""
        if any(map(carries_code, asks)):
            return False
        if self._settled is None:
            self._settled = Settled(self.notebook.cells, self.outcomes)
        return self._settled.is_settled(part, {name for ask in asks for name in ask.names})

    def again(self, part: PartKey, asks: Sequence[Ask]) -> list[Outcome]:
        """Ask at the part's own place; neither what runs later nor another check makes a
        difference.

        Raises:
            GraderFault: the part has no place in the release.
        """
        session, place = self._at(part)
        self.asked_again += 1
        with self._timed():
            outcomes = session.ask(asks, at=place, seconds=self._check_s(part))
        return self._explained(part, outcomes)

    def _at(self, part: PartKey) -> tuple[Session, Place]:
        if self._fault is not None:
            raise self._fault
        session = self._session or self._run_all()
        if part not in self._places:
            raise GraderFault(f"the part {part.exercise}-{part.part} has no place in the release")
        return session, self._places[part]

    def _check_s(self, part: PartKey) -> float | None:
        own = self.limits.get(part.exercise)
        return own.check_s if own else None

    def _explained(self, part: PartKey, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """With what keeps a name from being there, where that is known."""
        return [
            not_kept(outcome, self._written_before(part))
            if isinstance(outcome, Missing)
            else outcome
            for outcome in outcomes
        ]

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        except GraderFault:
            self.disturbed = True
            raise
        finally:
            took = time.perf_counter() - started
            self.checks_s += took
            self.longest_check_s = max(self.longest_check_s, took)

    def executed(self) -> tuple[ExecutedCell, ...]:
        """Every cell of the restored notebook, with what running it put out."""
        ran = {id(cell): outcome for cell, outcome in self.outcomes}
        outputs = dict(zip(ran, final_outputs(ran.values()), strict=True))
        cells = []
        for cell in self.notebook.cells:
            outcome = ran.get(id(cell))
            cells.append(
                ExecutedCell(
                    cell.source,
                    cell.kind,
                    cell.grade_id,
                    cell.judge,
                    outputs.get(id(cell), ()),
                    outcome.execution_count if outcome else None,
                )
            )
        return tuple(cells)

    def _written_before(self, part: PartKey) -> list[str]:
        """The student's own cells up to the part's place."""
        earlier = takewhile(lambda cell: cell.judge != part, self.notebook.cells)
        return [cell.source for cell in earlier if cell.origin != "release"]

    def close(self) -> None:
        """All has been asked. Idempotent."""
        if self._session is not None:
            self.disturbed |= self._session.disturbed
            self._session.close()
            self._session = None

    def _run_all(self) -> Session:
        session = self._session = self.open_session()
        started = time.perf_counter()
        try:
            self._run_cells(session)
        except GraderFault as fault:
            self._fault, self.disturbed = fault, True
            raise
        self.run_s = time.perf_counter() - started
        return session

    def _run_cells(self, session: Session) -> None:
        for cell in self.notebook.cells:
            if cell.judge is not None:
                self._reach(session, cell.judge)
            elif cell.runs:
                own = self.limits.get(cell.exercise) if cell.exercise is not None else None
                seconds = own.cell_s if own else None
                outcome = session.run(CellSource(cell.source, cell.grade_id or "extra", seconds))
                self.outcomes.append((cell, outcome))
                if cell.origin == "student" and cell.grade_id is not None:
                    self.part_outcomes[self.answers[cell.grade_id]] = outcome

    def _reach(self, session: Session, part: PartKey) -> None:
        """The notebook stands at this part's place."""
        foreseen = self.foreseen.get(part, Foreseen())
        self._places[part] = session.mark(foreseen.names)
        for asks in foreseen.reads:
            self._read[part, asks] = session.ask(asks, seconds=self._check_s(part))
