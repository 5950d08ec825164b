"""What to grade and how, as one value that can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.grading.run.facilities import Facilities, facilities_for
from gradeprop.grading.run.turns import PROVEN
from gradeprop.notebook.release import ReleaseModel
from gradeprop.session.grader.sandbox import Isolation
from gradeprop.session.interface import Sandbox

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Setting


@dataclass(frozen=True)
class Plan:
    """All that a process needs to make its own `Setting`.

    Attributes:
        faults: by exercise and check, those that are known to fail by themselves, and why; they are
            not run again.
        late_answers: whether to ask after the last cell first, which is quicker, and only then at
            each place.
        same_inputs: see `gradeprop.grading.run.paper.Setting`.
        proven: how many submissions prove that a check which hangs or crashes does so for all.
        sent_pool_key: see `sent_elsewhere`.
    """

    course: Course
    assignment: str
    release: ReleaseModel
    course_key: bytes
    devices: tuple[str, ...]
    isolation: Isolation
    faults: Mapping[tuple[str, str], str] = field(default_factory=dict)
    late_answers: bool = True
    proven: int = PROVEN
    same_inputs: bool = False
    sent_pool_key: bytes = b""

    @property
    def loaded(self) -> LoadedAssignment:
        return next(item for item in self.course.assignments if item.id == self.assignment)

    @property
    def facilities(self) -> Facilities:
        return facilities_for(self.course, self.isolation, self.devices)

    def sent_elsewhere(self) -> Plan:
        """The plan for another machine: without the course key. Each submission then has to bring
        its student's seed."""
        from gradeprop.grading.checks.seeds import pool_key  # imports torch

        return replace(
            self, course_key=b"", sent_pool_key=pool_key(self.course_key, self.assignment)
        )

    def setting(
        self,
        sandboxes: Mapping[str, Sandbox],
        for_samples: Mapping[str, Sandbox] | None = None,
    ) -> Setting:
        """The plan, with places to carry it out."""
        from gradeprop.grading.run.paper import Setting

        return Setting(
            self.course,
            self.loaded,
            self.release,
            self.course_key,
            self.devices,
            sandboxes,
            self.late_answers,
            for_samples,
            self.same_inputs,
            self.sent_pool_key,
        )
