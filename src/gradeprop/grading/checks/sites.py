"""Where the checks of an assignment stand, and who is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gradeprop.course.keys import PartKey
from gradeprop.course.model import (
    Check,
    CheckedPart,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.watch import Watch


@dataclass(frozen=True)
class CheckSite:
    """A check and all that the plugin knows about where it stands."""

    order: tuple[int, int, int]
    exercise: LoadedExercise
    part: CheckedPart
    check: Check

    @property
    def key(self) -> tuple[str, str]:
        """Exercise and check: a check's name is unique in its exercise."""
        return self.exercise.slug, self.check.check

    @property
    def turn(self) -> tuple[bool, tuple[int, int, int]]:
        """When it is asked. Public checks come first: what a student reads of one shows numbers and
        texts of their own making, and a hidden question asked before could be in them. None
        needs a hidden one: the course would not have been loaded."""
        return not self.check.public, self.order

    @property
    def needs(self) -> list[str]:
        """The checks that must have passed before; one that was taken out stands in nobody's
        way."""
        voided = {check.check for check in self.exercise.checks() if check.voided}
        return [check for check in self.check.needs if check not in voided]

    def described(self, checks: Sequence[str]) -> list[str]:
        """What checks of its exercise check, in the student's words."""
        words = {check.check: check.describe for check in self.exercise.checks()}
        return [words[name] for name in checks]

    @property
    def place(self) -> PartKey:
        return self.exercise.key(self.part.part)


class Examiner(Protocol):
    """Who receives a check's script: the grader of submissions, or the recorder of public
    checks."""

    @property
    def subjects(self) -> int:
        """How many submissions there are."""
        ...

    @property
    def watch(self) -> Watch:
        """Where graders' own code stands."""
        ...

    def wanted(self, site: CheckSite) -> bool:
        """Whether this check is to be run at all."""
        ...

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:
        """The seed of the check's inputs for this subject."""
        ...

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:
        """Why the check is to be skipped, or None."""
        ...

    def foresee(self, checks: Sequence[tuple[int, CheckSite, Write]]) -> None:
        """Each check, with a subject to write it for, told before the first is examined.

        What they ask is the same for every subject, but for its inputs. Once this has been called,
        a check need not be judged before its subject is finished."""
        ...

    def examine(self, subject: int, site: CheckSite, device: str, write: Write) -> str | None:
        """Judge; return the reason if the check failed, None if it passed or is to be judged later.

        Args:
            write: the check's script, ``write(0)``, and the same on other inputs, ``write(n)`` for
                n from 1; it raises `GraderCodeError`.
        """
        ...

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:
        """The grader's own code failed in this check."""
        ...

    def finished(self, subject: int) -> None:
        """All checks of this subject are done."""
        ...


class Write(Protocol):
    def __call__(self, attempt: int) -> Script: ...


class GraderCodeError(Exception):
    """The code of a check raised; the text is its traceback."""


def check_sites(assignment: LoadedAssignment) -> list[CheckSite]:
    """All checks of an assignment in the order of the notebook."""
    sites = []
    for e, exercise in enumerate(assignment.exercises):
        for p, part in enumerate(exercise.spec.parts):
            if not isinstance(part, ExplanationPart):
                for c, check in enumerate(part.checks):
                    sites.append(CheckSite((e, p, c), exercise, part, check))
    return sites
