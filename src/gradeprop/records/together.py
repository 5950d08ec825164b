"""Whether a student, or somebody of the student's group, has handed in; whose mark a result is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.groups import Groups, read_groups
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.submissions import has_handed_in

__all__ = ["Together", "together"]


@dataclass(frozen=True)
class Together:
    """Who hands in together.

    Attributes:
        groups: by the group's name, its students.
        group_of: by student, the group's name; under the id of the folder and of the gradebook.
    """

    groups: Groups = field(default_factory=dict)
    group_of: Mapping[str, str] = field(default_factory=dict)

    def handed_in(self, submitted: Path, student: str, assignment: str) -> bool:
        """Whether there is anything of the student's, or of anybody's in the student's group, for
        an assignment. It may not be graded, or not be gradable: it is there all the same.

        Args:
            submitted: the folder of hand-ins.
        """
        group = self.group_of.get(student)
        members = (student,) if group is None else self.groups[group]
        return any(has_handed_in(submitted, member, assignment) for member in members)

    def left(self, result: SubmissionResult) -> bool:
        """Whether a result is the work of a group that the student is no longer in."""
        return result.group is not None and self.group_of.get(result.student) != result.group


def together(root: Path) -> Together:
    """The groups of a course.

    Args:
        root: the course folder.

    Raises:
        UsageError, StorageError: groups.csv cannot be read.
    """
    groups = read_groups(root)
    found: dict[str, str] = {}
    for name, members in groups.items():
        for student in members:
            found |= {student: name, gradebook_id(student): name}
    return Together(groups, found)
