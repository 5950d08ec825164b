"""What a submission's cells may show in all, held by the grader. Trusted side.

The student's side cuts what is too much, and says where; what runs over here all the same has gone
round it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gradeprop.session import messages
from gradeprop.session.interface import CellOutcome, Limits

__all__ = ["KeptOutput"]

# The student's side gives errors room of their own, and notices.
_CELL_MORE: Final = 64 << 10
_TOTAL_MORE: Final = 1 << 20
# Numbers, texts and lists in displays: each takes a line in a notebook, however short it is.
_PARTS: Final = 400_000
_NOTICE: Final = "\n[… the rest of the output is cut: it is more than a notebook may show]\n"


class KeptOutput:
    """Of one submission: lets through what may be kept of each cell, in order.

    Args:
        limits: ``output_kb_cell`` and ``output_kb_total`` bound it.
    """

    def __init__(self, limits: Limits) -> None:
        self._cell_bytes = (limits.output_kb_cell << 10) + _CELL_MORE
        self._bytes_left = (limits.output_kb_total << 10) + _TOTAL_MORE
        self._parts_left = _PARTS
        self._displays: Counter[str] = Counter()
        self._words = messages.too_much_output(limits.output_kb_total)

    def keep(self, outcome: CellOutcome) -> CellOutcome:
        """``outcome`` with the outputs that there is room for, and what it changes of earlier ones.

        Those after the first that is too large are left out; a notice and the status ``output``
        say so."""
        room = min(self._cell_bytes, self._bytes_left)
        kept: list[dict[str, Any]] = []
        for output in outcome.outputs:
            size, parts = measure(output)
            if size > room or parts > self._parts_left:
                return self._cut(outcome, kept)
            room -= size
            self._take(size, parts)
            kept.append(output)
        updates = {update.display_id: update for update in outcome.updates}
        for display_id, update in updates.items():
            size, parts = measure([update.data, update.metadata])
            shown = self._displays[display_id]  # it stands in each of them
            if size * shown > self._bytes_left or parts * shown > self._parts_left:
                return self._cut(outcome, kept)
            self._take(size * shown, parts * shown)
        self._displays.update(outcome.displays.values())
        return outcome

    def _take(self, size: int, parts: int) -> None:
        self._bytes_left -= size
        self._parts_left -= parts

    def _cut(self, outcome: CellOutcome, kept: list[dict[str, Any]]) -> CellOutcome:
        notice = {"output_type": "stream", "name": "stderr", "text": _NOTICE}
        status = "output" if outcome.status == "ok" else outcome.status
        message = self._words if status == "output" else outcome.message
        displays = {place: id_ for place, id_ in outcome.displays.items() if place < len(kept)}
        self._displays.update(displays.values())
        return replace(
            outcome,
            outputs=(*kept, notice),
            status=status,
            message=message,
            displays=displays,
            updates=(),
        )


def measure(thing: Any) -> tuple[int, int]:
    """Bytes and parts of a plain JSON value."""
    if isinstance(thing, str):
        return len(thing.encode("utf-8", "replace")) + 2, 1
    if isinstance(thing, Mapping):
        return _sum([measure(item) for pair in thing.items() for item in pair])
    if isinstance(thing, list | tuple):
        return _sum([measure(item) for item in thing])
    return 8, 1


def _sum(sizes: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(size for size, _ in sizes), 1 + sum(parts for _, parts in sizes)
