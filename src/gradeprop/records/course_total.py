"""The course's total of one student: the mean of ``score / max_score`` over assignments, by weight.

What counts is what is marked, and what was due and not handed in, which is 0. What is open (not
handed in and not past its due date, not graded, waiting for a person, a grader's fault) is neither
in the sum nor in the weights that it is divided by: it is named beside the total, and never a 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gradeprop.records.gradebook.given import Person
from gradeprop.records.marks import printable_id

State: TypeAlias = Literal[
    "graded",
    "missed",
    "without_points",
    "waiting",
    "fault",
    "group",
    "ungraded",
    "expected",
    "unreleased",
]

OPEN: Mapping[State, str] = {
    "waiting": "a part waits for a person",
    "fault": "a grader failed",
    "group": "the result is of a group that they are no longer in",
    "ungraded": "not graded yet",
    "expected": "not handed in",
    "unreleased": "not handed out yet",
}
"""The states that do not count yet, in words."""


@dataclass(frozen=True)
class AssignmentMark:
    """One assignment in a student's total.

    Attributes:
        weight: greater than 0.
        state: ``missed``: due and not handed in; ``without_points``: there are none to be had,
            since every check was taken out; the others are ``graded`` or those of `OPEN`.
        score: points; None while it is open.
        max_score: points; 0 only for ``without_points``.
    """

    assignment: str
    weight: float
    state: State
    score: float | None
    max_score: float

    @property
    def counts(self) -> bool:
        return self.state in ("graded", "missed")

    @property
    def share(self) -> float:
        """Of the points; extra credit may lift it over 1."""
        return (self.score or 0.0) / self.max_score


@dataclass(frozen=True)
class StudentTotal:
    """One student's assignments, in the course's order, and what they come to."""

    id: str
    person: Person
    assignments: tuple[AssignmentMark, ...]

    @property
    def student(self) -> str:
        """The id as text that any file can hold."""
        return printable_id(self.id)

    @property
    def percent(self) -> float | None:
        """The total of what counts so far; None if nothing does."""
        counted = [mark for mark in self.assignments if mark.counts]
        if not counted:
            return None
        earned = math.fsum(mark.weight * mark.share for mark in counted)
        return 100.0 * earned / math.fsum(mark.weight for mark in counted)

    @property
    def weight_counted(self) -> float:
        return sum(mark.weight for mark in self.assignments if mark.counts)

    @property
    def weight(self) -> float:
        """Of all that counts or can still come to count."""
        return sum(mark.weight for mark in self.assignments if mark.state != "without_points")

    @property
    def open(self) -> dict[str, str]:
        """By assignment, why it does not count yet."""
        return {
            mark.assignment: OPEN[mark.state] for mark in self.assignments if mark.state in OPEN
        }

    @property
    def missed(self) -> list[str]:
        """The assignments that count as 0, since they were due and not handed in."""
        return [mark.assignment for mark in self.assignments if mark.state == "missed"]
