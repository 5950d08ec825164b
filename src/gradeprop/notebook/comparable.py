"""What of a locked cell's text says whether a student changed it."""

from __future__ import annotations

from gradeprop.notebook.dates import undated
from gradeprop.notebook.setup_cell import without_package, without_samples

__all__ = ["comparable"]


def comparable(text: str) -> str:
    """The text without what differs between a release and a grading of the same course: dates,
    what samples gave when the notebook was built, and the gradeprop that it carries."""
    return undated(without_package(without_samples(text)))
