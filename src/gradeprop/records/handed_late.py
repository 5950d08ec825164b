"""How late the hand-ins of a class are: by their times, and where there is none, by what the
platform said that they were collected from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradeprop.records.files.collected import read_collected
from gradeprop.records.files.handed_time import handed_time
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.lateness import Lateness, Times

__all__ = ["lateness_of"]


def lateness_of(
    root: Path, assignment: str, handed: Sequence[Handed], times: Times
) -> dict[str, Lateness]:
    """By student; a class may be large, so what is said of many is kept once."""
    seen: dict[Lateness, Lateness] = {}
    collected = read_collected(root, assignment)
    found = {}
    for item in handed:
        known = collected.get(item.path.parents[1].name)  # of a group, who handed it in
        late = times.lateness(
            gradebook_id(item.student),
            handed_time(item.path.parent).time,
            known.late if known else None,
        )
        found[item.student] = seen.setdefault(late, late)
    return found
