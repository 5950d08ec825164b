"""Which checks have failed by themselves, before or while a batch is graded, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gradeprop.course.model import Course
from gradeprop.grading.checks.blame import defined_at
from gradeprop.grading.checks.sites import CheckSite

__all__ = ["Faults"]


@dataclass
class Faults:
    """Known faults of graders.

    Attributes:
        of_all: by exercise and check, of those that are not run for anybody.
        of_one: by student, exercise and check, of those that are not run for this student.
    """

    of_all: dict[tuple[str, str], str] = field(default_factory=dict)
    of_one: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def why(self, student: str, site: CheckSite) -> str | None:
        """Why the check is not run for this student, if it is not."""
        return self.of_all.get(site.key) or self.of_one.get((student, *site.key))

    def why_never_run(
        self, course: Course, site: CheckSite, student: str, collecting: Mapping[str, str]
    ) -> str:
        """Why a check that was to run has not.

        Args:
            collecting: what went wrong in importing graders, by file.
        """
        known = self.why(student, site)
        if known is not None:
            return known
        grader = site.exercise.grader
        for path, text in collecting.items():
            if path.endswith(grader):
                return _import_fault(grader, text)
        return f"{defined_at(course.root, grader, site.check.check)}: the check never ran"


def _import_fault(grader: str, text: str) -> str:
    """``graders/a/test_b.py:3: ModuleNotFoundError: …`` and below it all that pytest says."""
    lines = text.strip().splitlines()
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    what = errors[-1] if errors else lines[-1] if lines else "it cannot be imported"
    places = list(_places(grader, lines))
    return f"{places[-1] if places else grader}: {what}\n{text.strip()}"


def _places(grader: str, lines: list[str]) -> Iterator[str]:
    """``grader:12`` for each line that pytest's text names in this grader, whose path it writes as
    it is shorter: from the root, or from the current folder."""
    for line in lines:
        before, _, rest = line.strip().partition(f"{grader}:")
        number = rest.partition(":")[0]
        if number.isdigit() and (not before or before.endswith("/")):
            yield f"{grader}:{number}"
