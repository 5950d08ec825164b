"""Outputs of cells as they are in the end: a later cell may change what an earlier one displays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradeprop.session.interface import CellOutcome

__all__ = ["final_outputs"]


def final_outputs(outcomes: Iterable[CellOutcome]) -> list[tuple[dict[str, Any], ...]]:
    """The outputs of each cell, in order, with later updates of its displays."""
    found: list[list[dict[str, Any]]] = []
    displays: dict[str, list[dict[str, Any]]] = {}
    for outcome in outcomes:
        outputs = [dict(output) for output in outcome.outputs]
        for update in outcome.updates:
            for output in displays.get(update.display_id, []):
                output.update(data=dict(update.data), metadata=dict(update.metadata))
        for place, display_id in outcome.displays.items():
            displays.setdefault(display_id, []).append(outputs[place])
        found.append(outputs)
    return [tuple(outputs) for outputs in found]
