"""The locked cell near the end in which a student sees where they stand.

It has no points and decides nothing: a submission is graded alike with it and without it, and
notebooks of earlier releases have none."""

from __future__ import annotations

#: All that it says.
PROGRESS_CALL = "gp.progress()"


def progress_id(assignment: str) -> str:
    """Its grade id in the notebook of an assignment."""
    return f"{assignment}-progress"
