"""One submission under way: its cells run in order, then each part is asked about at its own
place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.course.limits import Limits
from gradeprop.errors import GraderFault
from gradeprop.grading.result.verdict import ExecutedCell
from gradeprop.grading.run.displays import final_outputs
from gradeprop.notebook.restore import RestoredNotebook, RunCell
from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Missing,
    Outcome,
    Place,
    Session,
)
from gradeprop.session.unkept import not_kept

OpenSession: TypeAlias = Callable[[], Session]


@dataclass
class SubmissionRun:
    """Drives one student's session on one device.

    All cells run first, then every part is asked about at its own place: that is what a session
    answers at the least cost, and no cell can tell what was asked. The session is opened at the
    first `ask` and ended by `close`."""

    notebook: RestoredNotebook
    answers: Mapping[str, PartKey]
    """Which part the cell with this grade id answers."""
    open_session: OpenSession
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """By exercise: how long its cells and checks may take, where not as long as the session
    allows."""
    outcomes: list[tuple[RunCell, CellOutcome]] = field(default_factory=list)
    part_outcomes: dict[PartKey, CellOutcome] = field(default_factory=dict)
    run_s: float = 0.0
    checks_s: float = 0.0
    longest_check_s: float = 0.0
    _session: Session | None = None
    _places: dict[PartKey, Place] = field(default_factory=dict)

    def ask(self, part: PartKey, asks: Sequence[Ask]) -> list[Outcome]:
        """Ask at the part's own place; neither what runs later nor another ask makes a difference.

        Raises:
            GraderFault: the part has no place in the release.
        """
        session = self._session or self._run_all()
        if part not in self._places:
            raise GraderFault(f"the part {part.exercise}-{part.part} has no place in the release")
        started = time.perf_counter()
        try:
            own = self.limits.get(part.exercise)
            outcomes = session.ask(
                asks, at=self._places[part], seconds=own.check_s if own else None
            )
            return [
                not_kept(outcome, self._written) if isinstance(outcome, Missing) else outcome
                for outcome in outcomes
            ]
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

    @property
    def _written(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells if cell.origin != "release"]

    def close(self) -> None:
        """All has been asked. Idempotent."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _run_all(self) -> Session:
        session = self._session = self.open_session()
        started = time.perf_counter()
        for cell in self.notebook.cells:
            if cell.judge is not None:
                self._places[cell.judge] = session.mark()
            elif cell.kind == "code":
                own = self.limits.get(cell.exercise) if cell.exercise is not None else None
                seconds = own.cell_s if own else None
                outcome = session.run(CellSource(cell.source, cell.grade_id or "extra", seconds))
                self.outcomes.append((cell, outcome))
                if cell.origin == "student" and cell.grade_id is not None:
                    self.part_outcomes[self.answers[cell.grade_id]] = outcome
        self.run_s = time.perf_counter() - started
        return session
