"""Which submitted cell is which cell of the release.

By cell id first, then by nbgrader's grade id, then by content and place, where that leaves no
doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gradeprop.notebook.comparable import comparable
from gradeprop.notebook.progress_cell import PROGRESS_CALL, progress_id
from gradeprop.notebook.reading import FoundCell
from gradeprop.notebook.release import ReleaseCell, ReleaseModel
from gradeprop.notebook.render import cell_id
from gradeprop.notebook.setup_cell import LOADER_CALL
from gradeprop.notebook.sources import defined_names, functions_and_classes


@dataclass
class Match:
    """What was recognised. Slots are places in ``ReleaseModel.cells``, cells places in the
    submission.

    Attributes:
        claimed: the submitted cell of each slot that has one.
        by_content: slots recognised without an id.
        merged: further Markdown cells whose text belongs to a slot's answer, in order.
        dropped: submitted cells that do not run: copies of locked cells, blank or equal copies of
            answers.
        copies: slots of which the submission held several cells.
        progress: the cell that shows where the student stands, if it was found. It claims no slot:
            nothing is placed by it, wherever a student has put it.
    """

    claimed: dict[int, FoundCell] = field(default_factory=dict)
    by_content: set[int] = field(default_factory=set)
    merged: dict[int, list[FoundCell]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    copies: set[int] = field(default_factory=set)
    progress: FoundCell | None = None


def untouched(found: FoundCell, cell: ReleaseCell) -> bool:
    """Whether an answer is blank or still the starter."""
    return found.plain in ("", cell.plain)


def match_cells(model: ReleaseModel, found: tuple[FoundCell, ...]) -> Match:
    """Recognise the cells of ``model`` among those found."""
    match = Match()
    _set_progress_aside(model, found, match)
    _by_id(model, found, match)
    _locked_by_content(model, found, match)
    for slot, cell in enumerate(model.cells):
        if not cell.locked:
            _answer_by_content(model, found, match, slot)
    return match


def _set_progress_aside(model: ReleaseModel, found: tuple[FoundCell, ...], match: Match) -> None:
    """Cells that only show where the student stands: the released one and any further ones."""
    name = progress_id(model.assignment)
    released = [item for item in found if cell_id(name) in item.ids or item.grade_id == name]
    calls = [item for item in found if item.kind == "code" and item.plain == PROGRESS_CALL]
    blank = [item for item in released if not item.plain]
    unchanged = [item for item in released if item in calls]
    match.progress = next(iter([*unchanged, *released, *calls]), None)
    if match.progress is not None:
        match.dropped.update(item.index for item in (match.progress, *calls, *blank))


def _by_id(model: ReleaseModel, found: tuple[FoundCell, ...], match: Match) -> None:
    by_grade_id = {
        cell.grade_id: slot for slot, cell in enumerate(model.cells) if cell.role != "progress"
    }
    by_id = {cell_id(name): slot for name, slot in by_grade_id.items()}
    candidates: dict[int, list[tuple[FoundCell, bool]]] = {}
    for item in _free(found, match):
        slot = next((by_id[name] for name in item.ids if name in by_id), None)
        certain = slot is not None
        if slot is None and item.grade_id is not None:
            slot = by_grade_id.get(item.grade_id)
        if slot is not None:
            candidates.setdefault(slot, []).append((item, certain))

    # Locked cells first: they tell where an answer's place is.
    for slot in sorted(candidates, key=lambda slot: not model.cells[slot].locked):
        cell, items = model.cells[slot], candidates[slot]
        winner = _winner(cell, items, _place(model, match, slot))
        match.claimed[slot] = winner
        others = [item for item, _ in items if item is not winner]
        blank_or_equal = {"", cell.plain, winner.plain}
        match.dropped.update(item.index for item in others if item.plain in blank_or_equal)
        written = [item for item in others if item.index not in match.dropped]
        # a text that was split; code runs where it stands anyway
        if cell.role == "manual" and written:
            texts = sorted([winner, *written], key=lambda item: item.index)
            match.claimed[slot], match.merged[slot] = texts[0], texts[1:]
            match.dropped.update(item.index for item in texts[1:])
        elif others:
            match.copies.add(slot)


def _winner(
    cell: ReleaseCell, items: list[tuple[FoundCell, bool]], place: tuple[int, int]
) -> FoundCell:
    """Of several cells for one slot: the one with content, in its place, with the right cell id,
    first."""

    def rank(item: tuple[FoundCell, bool]) -> tuple[bool, bool, bool, int]:
        found, certain = item
        worth = found.plain == cell.plain if cell.locked else not untouched(found, cell)
        return worth, place[0] < found.index < place[1], certain, -found.index

    return max(items, key=rank)[0]


def _locked_by_content(model: ReleaseModel, found: tuple[FoundCell, ...], match: Match) -> None:
    slots: dict[tuple[str, str], list[int]] = {}
    for slot, cell in enumerate(model.cells):
        if cell.locked:
            slots.setdefault((cell.cell_type, cell.comparable), []).append(slot)
    setup = [slot for slot, cell in enumerate(model.cells) if cell.role == "setup"]
    for item in _free(found, match):
        same = slots.get((item.kind, comparable(item.plain)), [])
        if not same and item.kind == "code" and LOADER_CALL in item.source:
            same = setup  # of an earlier release: its data differ
        if not same:
            continue
        open_slots = [slot for slot in same if slot not in match.claimed]
        if open_slots:
            match.claimed[open_slots[0]] = item
            match.by_content.add(open_slots[0])
        else:
            match.copies.add(same[0])
            match.dropped.add(item.index)


def _answer_by_content(
    model: ReleaseModel, found: tuple[FoundCell, ...], match: Match, slot: int
) -> None:
    """Fill an answer slot that has no cell, or only the untouched starter, if there is no doubt."""
    cell, present = model.cells[slot], match.claimed.get(slot)
    if present is not None and not untouched(present, cell):
        return
    low, high = _place(model, match, slot)
    near = [
        item
        for item in _free(found, match)
        if low < item.index < high and item.kind == cell.cell_type
    ]
    if present is None:
        starters = [item for item in near if item.plain == cell.plain]
        if starters:
            present = match.claimed[slot] = starters[0]
            match.by_content.add(slot)
    written = [item for item in near if item is not present and not untouched(item, cell)]
    chosen = _choose(model, found, match, slot, written)
    if not chosen:
        return
    if present is not None:
        match.dropped.add(present.index)
    match.claimed[slot] = chosen[0]
    match.by_content.add(slot)
    if chosen[1:]:
        match.merged[slot] = chosen[1:]
        match.dropped.update(item.index for item in chosen[1:])


def _choose(
    model: ReleaseModel,
    found: tuple[FoundCell, ...],
    match: Match,
    slot: int,
    near: list[FoundCell],
) -> list[FoundCell]:
    """The cells that are the answer beyond doubt; ``near`` are those written in the answer's own
    place."""
    cell = model.cells[slot]
    if cell.role == "manual":
        return near
    names = defined_names(cell.source)
    named = [item for item in near if names and names <= item.names]
    if named:
        return named[-1:]  # all of them run in their order; the last is what the check sees
    if near and slot not in match.claimed:
        return near[-1:]
    # Elsewhere: only a function, and only if one cell alone defines it and no other part asks for
    # it.
    functions = functions_and_classes(cell.source)
    others = (other.source for key, other in model.answers().items() if key != cell.key)
    if not functions or any(functions & defined_names(source) for source in others):
        return []
    cells = [
        item
        for item in _free(found, match)
        if item.kind == "code" and names <= item.names and not untouched(item, cell)
    ]
    return cells if len(cells) == 1 else []


def _free(found: Iterable[FoundCell], match: Match) -> list[FoundCell]:
    taken = {item.index for item in match.claimed.values()} | match.dropped
    return [item for item in found if item.index not in taken]


def _place(model: ReleaseModel, match: Match, slot: int) -> tuple[int, int]:
    """Between which submitted cells (both excluded) the cell of ``slot`` belongs.

    The range ends at the nearest recognised cells before and after it; it is empty where another
    answer might stand in it too, or where nothing around was recognised."""
    count = len(model.cells)
    before = next((at for at in range(slot - 1, -1, -1) if _bounds(model, match, at)), None)
    after = next((at for at in range(slot + 1, count) if _bounds(model, match, at)), None)
    low = -1 if before is None else _index(match, before)
    # After the last cell anything may follow; before the first, and around nothing, there is no
    # telling.
    high = 10**9 if after is None else _index(match, after)
    if (before is None and after is None) or low is None or high is None:
        return 0, 0
    return low, high


def _bounds(model: ReleaseModel, match: Match, slot: int) -> bool:
    return slot in match.claimed or not model.cells[slot].locked


def _index(match: Match, slot: int) -> int | None:
    found = match.claimed.get(slot)
    return None if found is None else found.index
