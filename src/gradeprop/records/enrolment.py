"""Who belongs to the class, as far as a gradebook knows."""

from __future__ import annotations

from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.records.gradebook.given import Person

__all__ = ["enrolled_in"]


def enrolled_in(root: Path, course: Course) -> dict[str, Person]:
    """All students of the gradebook, by the id that it knows them by; empty where there is none. It
    is never made here, and loading nbgrader takes seconds, so that is left until there is one.

    Raises:
        UsageError: the gradebook's URL cannot be read.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    if course.spec.gradebook is None and not (root / "gradebook.db").exists():
        return {}
    from gradeprop.records.gradebook.enrolled import enrolled

    return enrolled(root, course.spec.gradebook)
