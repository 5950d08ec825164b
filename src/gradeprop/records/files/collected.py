"""``.gradeprop/collected/<assignment>.json``: where each hand-in came from, and what its platform
said of it that has no place in nbgrader's layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.key import FOLDER
from gradeprop.records.files.readable_json import readable_json

__all__ = ["Collected", "note_collected", "read_collected"]


@dataclass(frozen=True)
class Collected:
    """Where a hand-in came from.

    Attributes:
        layout: whose naming the download had.
        source: what the notebook was called in it.
        late: whether the platform calls it late; None where it does not say.
        digest: the notebook's SHA-256: what was said of it is said of no other.
    """

    layout: str
    source: str
    late: bool | None
    digest: str


def read_collected(root: Path, assignment: str) -> dict[str, Collected]:
    """By student, what is known; nothing where there is no such file, or none that can be read."""
    try:
        data = json.loads(_path(root, assignment).read_bytes())
        return {student: Collected(**item) for student, item in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def note_collected(root: Path, assignment: str, now: Mapping[str, Collected]) -> None:
    """Add what came now.

    Raises:
        StorageError: the file cannot be written.
    """
    known = {**read_collected(root, assignment), **now}
    data = {student: asdict(known[student]) for student in sorted(known)}
    write_atomically(_path(root, assignment), readable_json(data))


def _path(root: Path, assignment: str) -> Path:
    return root / FOLDER / "collected" / f"{assignment}.json"
