"""Who belongs to the class, as far as the roster and a gradebook know."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import read_roster

__all__ = ["enrolled_in", "names_of"]


def enrolled_in(root: Path, course: Course) -> dict[str, Person]:
    """All students of the roster and of the gradebook, by the id that the gradebook knows them by;
    empty where there is neither. A gradebook is never made here, and loading nbgrader takes
    seconds, so that is left until there is one. Where nbgrader is not installed, the roster is all
    that is known.

    Raises:
        UsageError: the gradebook's URL or roster.csv cannot be read.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    listed = {gradebook_id(name): person for name, person in (read_roster(root) or {}).items()}
    if course.spec.gradebook is None and not (root / "gradebook.db").exists():
        return listed
    if importlib.util.find_spec("nbgrader") is None:
        return listed
    from gradeprop.records.gradebook.enrolled import enrolled

    return {**listed, **enrolled(root, course.spec.gradebook)}


def names_of(students: Mapping[str, Person]) -> list[str]:
    """Their ids, first and last names, and addresses."""
    found = []
    for student, person in students.items():
        found += [student, person.first_name, person.last_name, person.email]
    return [name for name in found if name]
