"""Every error that gradeprop raises on purpose: what failed, where, the remedy, its exit code.

The exit codes are public: 0 done, 1 verification failed or a grader fault, 2 wrong usage or an
invalid course, 3 a needed facility is missing. This module imports nothing of the package, so that
every room may use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from gradeprop.wording import counted


class GradepropError(Exception):
    """Base of all errors that a user may see.

    Args:
        what: what failed, a sentence without a full stop.
        where: file, ``file:line:col`` or other place; shown first.
        remedy: what to do about it; shown last.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class UsageError(GradepropError):
    """The command was called with something that does not exist or does not fit."""


@dataclass(frozen=True, order=True)
class CourseProblem:
    """One mistake in a course file. ``line`` and ``column`` count from 1; 0 means the whole
    file."""

    path: str
    line: int
    column: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}: {self.what}{remedy}"


class CourseError(GradepropError):
    """The course folder is not valid. Carries **all** problems found, in order of place."""

    def __init__(self, problems: Iterable[CourseProblem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        super().__init__(f"the course has {counted(count, 'problem')}")

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UngradableSubmission(GradepropError):
    """A submission cannot be read at all. ``what`` is written for the student."""


class VerificationFailed(GradepropError):
    """``gradeprop verify`` found a grader that is wrong about an answer."""

    exit_code: ClassVar[int] = 1


class GraderFault(GradepropError):
    """The grader itself failed; never a student's fault and never a student's zero."""

    exit_code: ClassVar[int] = 1


class Interrupted(GradepropError):
    """Somebody pressed Ctrl-C; what was finished is kept."""

    exit_code: ClassVar[int] = 130


class MissingFacility(GradepropError):
    """The machine lacks something that was asked for (a GPU, namespaces, a package, a writable
    disk)."""

    exit_code: ClassVar[int] = 3


class StorageError(MissingFacility):
    """A file could not be written (read-only folder, full disk); nothing already written is
    lost."""
