"""What to tell of a hand-in that could not be read: what to do, and what a person gave all the
same."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.model import LoadedAssignment
from gradeprop.records.feedback.phrases import plain
from gradeprop.records.marks import Marks
from gradeprop.wording import points

__all__ = ["given_anyway", "what_to_do"]


def what_to_do(assignment: LoadedAssignment) -> tuple[str, ...]:
    """Step by step, besides what the result's own message says."""
    return (
        "Open your notebook in Jupyter. If it opens, choose Kernel, then Restart Kernel and Run "
        "All Cells, and save it.",
        "If it does not open, take an older copy, or a fresh one of the assignment, and put your "
        "answers into that.",
        f"Hand in the saved file again, under the name `{assignment.id}.ipynb`.",
        "Is the time for that over, or does none of this help? Write to your instructor.",
    )


def given_anyway(marks: Marks) -> Iterator[str]:
    """What a person has given and written in spite of it."""
    for key, mark in marks.parts.items():
        if mark.manual is not None:
            yield f"Your instructor gave {points(mark.manual + mark.extra)} for {plain(key.part)}."
        if mark.comment:
            yield f"Your instructor writes about {plain(key.part)}: {mark.comment}"
