"""Who belongs to the class, as far as the roster and a gradebook know."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.course.nearest import nearest
from gradeprop.errors import UsageError
from gradeprop.records.files.names import gradebook_id, shown_id
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import FILE, read_roster

__all__ = ["Everybody", "enrolled_in", "names_of"]


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


class Everybody:
    """Whom a course knows: by roster.csv, by a folder of hand-ins, or by the gradebook, which is
    opened only for somebody whom the others do not know.

    Args:
        root: the course folder.
        submitted: the folder of hand-ins; there may be none.
    """

    def __init__(self, root: Path, course: Course, submitted: Path) -> None:
        self._root, self._course, self._submitted = root, course, submitted

    @cached_property
    def _at_hand(self) -> set[str]:
        folders = student_folders(self._submitted) if self._submitted.is_dir() else ()
        return {*(read_roster(self._root) or ()), *folders}

    @cached_property
    def _enrolled(self) -> dict[str, Person]:
        return enrolled_in(self._root, self._course)

    def knows(self, student: str) -> bool:
        """Whether somebody has this id.

        Raises:
            UsageError: roster.csv cannot be read.
            MissingFacility, StorageError: there is a gradebook, but it cannot be used.
        """
        return student in self._at_hand or gradebook_id(student) in self._enrolled

    def demand(self, student: str, where: str | None = None) -> None:
        """Refuse an id that is nobody's: a slip in one would help nobody, or make somebody up.

        Raises:
            UsageError: nobody is called so, or roster.csv cannot be read.
            MissingFacility, StorageError: there is a gradebook, but it cannot be used.
        """
        if self.knows(student):
            return
        remedy = f"add the id to {FILE}"
        if not (self._root / FILE).exists():
            remedy = f"write {FILE}: a first line id, then an id a line"
        if near := nearest(student, sorted({*self._at_hand, *self._enrolled})):
            remedy = f"did you mean {shown_id(near[0])!r}? If not, {remedy}"
        raise UsageError(
            f"there is no student {shown_id(student)!r} in {FILE}, the gradebook or submitted/",
            where=where,
            remedy=remedy,
        )


def names_of(students: Mapping[str, Person]) -> list[str]:
    """Their ids, first and last names, and addresses."""
    found = []
    for student, person in students.items():
        found += [student, person.first_name, person.last_name, person.email]
    return [name for name in found if name]
