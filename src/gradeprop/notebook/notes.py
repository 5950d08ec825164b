"""What a person should know of how a submission was restored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradeprop.notebook.comparable import comparable
from gradeprop.notebook.matching import Match, untouched
from gradeprop.notebook.reading import FoundCell
from gradeprop.notebook.release import ReleaseCell, ReleaseModel
from gradeprop.notebook.render import nbgrader_metadata, nbgrader_settings
from gradeprop.wording import counted


def notes_for(
    found: Sequence[FoundCell],
    model: ReleaseModel,
    match: Match,
) -> Iterator[str]:
    """Sentences about one submission, in release order. They quote nothing that the student
    wrote."""
    for slot, cell in enumerate(model.cells):
        item = match.claimed.get(slot)
        if not cell.locked:
            yield from _answer_notes(cell, slot, item, match)
        elif cell.role == "check" and item is not None and _reworded(cell, item):
            yield (
                f"The check of {_name(cell)} held other text. It was put back and that text "
                "was ignored; an answer belongs in the cell above its check."
            )
    for what, cells in (
        ("Put back as released, after changes", _changed(model, match)),
        ("Put back, as it was not found", _deleted(model, match)),
        ("Points or locks had been changed and were put back", _reset(model, match)),
        ("Found more than once and used once", _copied(model, match)),
    ):
        if cells:
            yield f"{what}: {_list(cells)}."
    used = {item.index for item in match.claimed.values()} | match.dropped
    raw = sum(cell.kind == "raw" and cell.index not in used for cell in found)
    if raw:
        yield f"{counted(raw, 'raw cell')} (neither code nor Markdown) did not run."


def _found(model: ReleaseModel, match: Match) -> Iterator[tuple[ReleaseCell, FoundCell]]:
    for slot, item in sorted(match.claimed.items()):
        yield model.cells[slot], item
    for cell in model.cells:
        if cell.role == "progress" and match.progress is not None:
            yield cell, match.progress


def _reworded(cell: ReleaseCell, item: FoundCell) -> bool:
    return comparable(item.plain) != cell.comparable


def _as_once_released(cell: ReleaseCell, item: FoundCell) -> bool:
    """Whether the file has the checksum of the text with it, as releases have: it is then another
    build's. Who forges one gains nothing, for the cell is put back all the same."""
    checksum: str = nbgrader_metadata(cell, item.source)["checksum"]
    return item.nbgrader.get("checksum") == checksum


def _changed(model: ReleaseModel, match: Match) -> list[ReleaseCell]:
    """The locked cells with other text; a check's own is told apart, since it may be an answer."""
    locked = [(cell, item) for cell, item in _found(model, match) if cell.locked]
    return [
        cell
        for cell, item in locked
        if cell.role != "check" and _reworded(cell, item) and not _as_once_released(cell, item)
    ]


def _deleted(model: ReleaseModel, match: Match) -> list[ReleaseCell]:
    # That progress is not there is no loss: earlier releases have none.
    cells = enumerate(model.cells)
    return [
        cell
        for slot, cell in cells
        if cell.locked and slot not in match.claimed and cell.role != "progress"
    ]


def _reset(model: ReleaseModel, match: Match) -> list[ReleaseCell]:
    return [cell for cell, item in _found(model, match) if _settings_changed(cell, item)]


def _copied(model: ReleaseModel, match: Match) -> list[ReleaseCell]:
    cells = [model.cells[slot] for slot in sorted(match.copies)]
    return [cell for cell in cells if cell.locked]


def _answer_notes(
    cell: ReleaseCell, slot: int, item: FoundCell | None, match: Match
) -> Iterator[str]:
    if item is None:
        yield f"No answer to {_name(cell)} was found."
        return
    if slot in match.by_content and not untouched(item, cell):
        yield (
            f"The answer to {_name(cell)} was not in its own cell; it was recognised by content "
            f"and place."
        )
    if slot in match.merged:
        yield f"The answer to {_name(cell)} was spread over several cells and was put together."
    if slot in match.copies:
        yield (
            f"There were several cells for the answer to {_name(cell)}. One that holds an answer, "
            "in its place, was taken; any other that differs stayed where it stands."
        )
    if item.kind != cell.cell_type and not untouched(item, cell):
        read_as = "code" if cell.cell_type == "code" else "text"
        yield f"The cell of {_name(cell)} had changed its type and was read as {read_as}."


def _settings_changed(cell: ReleaseCell, item: FoundCell) -> bool:
    """Whether nbgrader's metadata are there and say something else than was released."""
    released = nbgrader_settings(cell)
    names = ("grade", "solution", "locked", "points")
    return any(
        name in item.nbgrader and item.nbgrader[name] != released.get(name) for name in names
    )


def _name(cell: ReleaseCell) -> str:
    return f"{cell.exercise} ({cell.part})" if cell.part else str(cell.exercise)


def _list(cells: Sequence[ReleaseCell], most: int = 4) -> str:
    names = ", ".join(cell.grade_id for cell in cells[:most])
    return names if len(cells) <= most else f"{names} and {len(cells) - most} more"
