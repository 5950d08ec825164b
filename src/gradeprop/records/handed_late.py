"""How late the hand-ins of a class are: by their times, and where there is none, by what the
platform said that they were collected from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from gradeprop.course.dates import moment
from gradeprop.course.model import LoadedAssignment
from gradeprop.records.files.collected import Collected, read_collected
from gradeprop.records.files.extensions import extensions_of
from gradeprop.records.files.handed_time import handed_time
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.entry import digest
from gradeprop.records.gradebook.lateness import Lateness, Times, extension_from

__all__ = ["lateness_of", "times_in_files"]


def times_in_files(root: Path, assignment: LoadedAssignment) -> Times:
    """When an assignment was due for whom, by course.yaml and extensions.csv alone.

    Raises:
        UsageError: extensions.csv cannot be read.
    """
    due = assignment.spec.due
    if due is None:
        return Times(None, {})
    there = moment(due).astimezone(UTC).replace(tzinfo=None)
    given = extensions_of(root, assignment.id).items()
    return Times(there, {gradebook_id(name): extension_from(until, there) for name, until in given})


def lateness_of(
    root: Path, assignment: str, handed: Sequence[Handed], times: Times
) -> dict[str, Lateness]:
    """By student; a class may be large, so what is said of many is kept once."""
    seen: dict[Lateness, Lateness] = {}
    collected = read_collected(root, assignment)  # by who handed in, also for a group
    found = {}
    for item in handed:
        time = handed_time(item.path.parent).time
        flag = _flag(collected.get(item.path.parents[1].name), item) if time is None else None
        late = times.lateness(gradebook_id(item.student), time, flag)
        found[item.student] = seen.setdefault(late, late)
    return found


def _flag(known: Collected | None, item: Handed) -> bool | None:
    """What the platform said, if it was of this very notebook."""
    if known is None or known.late is None or digest(item.read()[0]) != known.digest:
        return None
    return known.late
