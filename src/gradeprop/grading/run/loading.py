"""Submissions are read as late as possible, so that a class is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradeprop.grading.run.interface import Load

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Submission

__all__ = ["loaded"]


def loaded(
    submissions: Sequence[Load], indices: list[int], most_bytes: int
) -> tuple[list[tuple[int, Submission]], list[int]]:
    """Submissions with their places, up to ``most_bytes`` and at least one; and the places left."""
    read: list[tuple[int, Submission]] = []
    size = 0
    for index in indices:
        if size >= most_bytes:
            break
        submission = submissions[index]()
        size += len(submission.notebook)
        read.append((index, submission))
    return read, indices[len(read) :]
