"""One submission under way: its cells run in order, and each part is asked at its own place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gradeprop.errors import GraderFault
from gradeprop.grading.verdict import ExecutedCell
from gradeprop.notebook.restore import RestoredNotebook, RunCell
from gradeprop.session.interface import Ask, CellOutcome, CellSource, Outcome, Session

PartId: TypeAlias = tuple[str, str]
OpenSession: TypeAlias = Callable[[], Session]


@dataclass
class SubmissionRun:
    """Drives one student's session on one device.

    Use `at` before asking about a part. The session is opened at first use and closed by `finish`.
    """

    notebook: RestoredNotebook
    answers: Mapping[str, PartId]
    """Which part the cell with this grade id answers."""
    open_session: OpenSession
    outcomes: list[tuple[RunCell, CellOutcome]] = field(default_factory=list)
    part_outcomes: dict[PartId, CellOutcome] = field(default_factory=dict)
    run_s: float = 0.0
    checks_s: float = 0.0
    longest_check_s: float = 0.0
    fault: str | None = None
    _session: Session | None = None
    _next: int = 0

    def at(self, part: PartId) -> None:
        """Run all cells up to the part's own place. Parts must be asked for in release order."""
        for index in range(self._next, len(self.notebook.cells)):
            if self.notebook.cells[index].judge == part:
                self._run_until(index)
                return
        if any(cell.judge == part for cell in self.notebook.cells[: self._next]):
            return
        raise GraderFault(f"the part {part[0]}-{part[1]} has no place in the release")

    def ask(self, asks: Sequence[Ask]) -> list[Outcome]:
        """Ask at the present place; nothing that follows sees what the answering did."""
        started = time.perf_counter()
        try:
            return self._open().ask(asks)
        finally:
            took = time.perf_counter() - started
            self.checks_s += took
            self.longest_check_s = max(self.longest_check_s, took)

    def finish(self) -> None:
        """Run what is left (later cells may hold what a person wants to read), then close."""
        try:
            if self._session is not None:
                self._run_until(len(self.notebook.cells))
        finally:
            self.close()

    def executed(self) -> tuple[ExecutedCell, ...]:
        """Every cell of the restored notebook, with what running it put out."""
        ran = {id(cell): outcome for cell, outcome in self.outcomes}
        cells = []
        for cell in self.notebook.cells:
            outcome = ran.get(id(cell))
            cells.append(
                ExecutedCell(
                    cell.source,
                    cell.kind,
                    cell.grade_id,
                    cell.judge,
                    outcome.outputs if outcome else (),
                    outcome.execution_count if outcome else None,
                )
            )
        return tuple(cells)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> Session:
        if self._session is None:
            self._session = self.open_session()
        return self._session

    def _run_until(self, stop: int) -> None:
        started = time.perf_counter()
        for cell in self.notebook.cells[self._next : stop]:
            self._next += 1
            if cell.kind != "code" or cell.judge is not None:
                continue
            outcome = self._open().run(CellSource(cell.source, cell.grade_id or "extra"))
            self.outcomes.append((cell, outcome))
            if cell.origin == "student" and cell.grade_id is not None:
                self.part_outcomes[self.answers[cell.grade_id]] = outcome
        self._next = max(self._next, stop)
        self.run_s += time.perf_counter() - started
