"""What the gradebook is told of one submission, taken from its result and its notebook."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gradeprop.grading.result.verdict import ExecutedCell, SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.handed_time import handed_time


@dataclass(frozen=True)
class Entry:
    """One submission for the gradebook. ``result`` has no cells: many of them may wait.

    Attributes:
        timestamp: when it was handed in, UTC without a zone as nbgrader keeps it; None if that is
            not known.
        notebook: the digest of its notebook in autograded/.
        answers: by grade id, the digest of what stood in the answer's cell.
    """

    result: SubmissionResult
    timestamp: datetime | None
    notebook: str
    answers: Mapping[str, str]


def entry_of(
    result: SubmissionResult,
    cells: Sequence[ExecutedCell],
    notebook: bytes,
    submitted: Path,
    release: ReleaseModel,
) -> Entry:
    """
    Args:
        cells: the submission's cells in order.
        notebook: what stands in autograded/.
        submitted: the folder that was handed in.
    """
    sources = {cell.grade_id: cell.source for cell in cells}
    answers = {
        cell.grade_id: digest(sources.get(cell.grade_id, "").encode("utf-8", "replace"))
        for cell in release.answers().values()
    }
    return Entry(replace(result, cells=()), handed_time(submitted).time, digest(notebook), answers)


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
