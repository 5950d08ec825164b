"""A submitted notebook, restored: the cells to run, in order, and what a person should know of
them.

Locked cells, check cells and points come from the release model whatever the student did to them.
The student's answers are looked up by id, then by content and place; other cells run where they
stand, relative to the cells that were recognised."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.errors import UngradableSubmission
from gradeprop.notebook.matching import Match, match_cells, untouched
from gradeprop.notebook.notes import notes_for
from gradeprop.notebook.reading import FoundCell, FoundNotebook, read_notebook
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.setup_cell import carried_in

PartState: TypeAlias = Literal["present", "missing", "matched", "starter"]


@dataclass(frozen=True)
class RunCell:
    """One cell of the restored notebook.

    Attributes:
        source: text with ``\\n`` line ends.
        kind: only ``code`` runs.
        origin: ``release`` for locked cells, ``student`` for answers, ``extra`` for cells added.
        grade_id: of the release; None for extra cells.
        exercise: in whose section it stands; None before the first.
        idle: on the cell that shows where the student stands, which is kept and does not run: it
            is about checks that the student ran.
        judge: on a check cell, the (exercise, part) that is judged on the state reached here; the
            grader does not run this cell.
    """

    source: str
    kind: Literal["code", "markdown"]
    origin: Literal["release", "student", "extra"]
    grade_id: str | None = None
    judge: PartKey | None = None
    exercise: str | None = None
    idle: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is code that is run when a submission is graded."""
        return self.kind == "code" and self.judge is None and not self.idle


@dataclass(frozen=True)
class RestoredNotebook:
    """A submission made whole.

    Attributes:
        cells: release cells in release order, extra cells between them; a missing answer has no
            cell, nor has progress that was not released with it.
        notes: sentences for a person: what was restored, matched or left out.
        parts: every part of the assignment. ``present``: found by its id; ``matched``: found by
            content or place; ``starter``: found, but blank or unchanged; ``missing``: not found.
        answers: what the student wrote, by part: code, or the text of an explanation. Parts not
            found have no entry.
        package: version and digest of the gradeprop that its set-up cell says it carries. Nobody
            but the student vouches for it.
    """

    cells: tuple[RunCell, ...]
    notes: tuple[str, ...]
    parts: Mapping[PartKey, PartState]
    answers: Mapping[PartKey, str]
    package: str | None = None


def restore(submitted: bytes, model: ReleaseModel) -> RestoredNotebook:
    """Restore a submission against what was released.

    Args:
        submitted: the file as handed in; any nbformat, encoding or editor.
        model: the release of the assignment it was handed in for.

    Raises:
        UngradableSubmission: it is no notebook, or that of another assignment; ``what`` tells the
            student what to do. Nothing else is raised, whatever the bytes hold.
    """
    notebook = read_notebook(submitted)
    match = match_cells(model, notebook.cells)
    _refuse_other_assignment(notebook, model, match)
    parts: dict[PartKey, PartState] = {}
    answers: dict[PartKey, str] = {}
    for slot, cell in enumerate(model.cells):
        if cell.locked or cell.key is None:
            continue
        found = match.claimed.get(slot)
        if found is None:
            parts[cell.key] = "missing"
            continue
        state: PartState = "matched" if slot in match.by_content else "present"
        parts[cell.key] = "starter" if untouched(found, cell) else state
        answers[cell.key] = _answer(match, slot)
    return RestoredNotebook(
        cells=tuple(_run_cells(notebook.cells, model, match)),
        notes=(*notebook.notes, *notes_for(notebook.cells, model, match)),
        parts=parts,
        answers=answers,
        package=_package(model, match),
    )


def _package(model: ReleaseModel, match: Match) -> str | None:
    for slot, cell in match.claimed.items():
        if model.cells[slot].role == "setup" and (carried := carried_in(cell.source)):
            return " ".join(carried)
    return None


def handed_in(notebook: RestoredNotebook) -> str:
    """SHA-256 (hex) over what the student wrote: the sources of answers and of added cells, in
    order. Outputs, ids and metadata make no difference, nor do locked cells, which are ours."""
    written = [
        [cell.grade_id, cell.kind, cell.source]
        for cell in notebook.cells
        if cell.origin != "release"
    ]
    text = json.dumps(written, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(match: Match, slot: int) -> str:
    cells = [match.claimed[slot], *match.merged.get(slot, [])]
    return "\n\n".join(cell.source for cell in cells)


def _refuse_other_assignment(notebook: FoundNotebook, model: ReleaseModel, match: Match) -> None:
    if any(model.cells[slot].exercise is not None for slot in match.claimed):
        return
    named = notebook.assignment
    foreign = any(cell.grade_id is not None for cell in notebook.cells)
    if (named is not None and named != model.assignment) or foreign:
        known = (
            named
            if named and re.fullmatch(r"[a-z][a-z0-9_]{0,59}", named)
            else "another assignment"
        )
        raise UngradableSubmission(
            f"This is the notebook of {known}, not of {model.assignment}. Hand in "
            f"{model.assignment}.ipynb."
        )


def _run_cells(found: Sequence[FoundCell], model: ReleaseModel, match: Match) -> Iterator[RunCell]:
    extras = _extras_after(found, model, match)
    yield from extras.get(-1, [])
    for slot, cell in enumerate(model.cells):
        if cell.role == "progress":
            if match.progress is not None:
                yield RunCell(cell.source, "code", "release", cell.grade_id, idle=True)
        elif cell.locked:
            judge = cell.key if cell.role == "check" else None
            yield RunCell(
                cell.source, cell.cell_type, "release", cell.grade_id, judge, cell.exercise
            )
        elif slot in match.claimed:
            yield RunCell(
                _answer(match, slot), cell.cell_type, "student", cell.grade_id, None, cell.exercise
            )
        yield from extras.get(slot, [])


def _extras_after(
    found: Sequence[FoundCell], model: ReleaseModel, match: Match
) -> dict[int, list[RunCell]]:
    """Extra cells by the slot that they follow; -1 is the beginning."""
    slots = {cell.index: slot for slot, cell in match.claimed.items()}
    slots.update(_progress_in_its_place(model, match))
    extras: dict[int, list[RunCell]] = {}
    slot = -1
    for cell in found:
        if cell.index in slots:
            slot = slots[cell.index]
        elif cell.index not in match.dropped:
            kind: Literal["code", "markdown"] = "code" if cell.kind == "code" else "markdown"
            after = _past_restored(model, match, slot)
            exercise = model.cells[after].exercise if after >= 0 else None
            extras.setdefault(after, []).append(
                RunCell(cell.source, kind, "extra", exercise=exercise)
            )
    return extras


def _progress_in_its_place(model: ReleaseModel, match: Match) -> dict[int, int]:
    """The submitted cell that shows where the student stands and its slot, if it still stands
    there: cells after one that was moved into the middle belong where they are."""
    found = match.progress
    slot = next((at for at, cell in enumerate(model.cells) if cell.role == "progress"), None)
    if found is None or slot is None:
        return {}
    placed = all((at < slot) == (cell.index < found.index) for at, cell in match.claimed.items())
    return {found.index: slot} if placed else {}


def _past_restored(model: ReleaseModel, match: Match, slot: int) -> int:
    """Skip introductions, prompts, given code and the set-up cell that were deleted after
    ``slot``: what the student wrote there was written below them. A deleted check is not skipped,
    so that a cell between an answer and the next prompt still counts for that answer."""
    following = slot + 1
    while (
        following < len(model.cells)
        and following not in match.claimed
        and model.cells[following].role in ("introduction", "setup", "prompt", "given")
    ):
        slot, following = following, following + 1
    return slot
